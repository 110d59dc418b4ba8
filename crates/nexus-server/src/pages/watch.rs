//! The public page of a published film, with schema.org data for search engines.

use axum::{
    body::Body,
    extract::{Path, State},
    http::Request,
    response::{IntoResponse, Response},
};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use nexus_core::{
    blob::BlobRef,
    journal::{RunFilter, RunRow, RunState},
};
use nexus_flows::ReelOutput;

use super::{serve_blob, sorry};
use crate::{App, Problem};

/// `GET /watch/{film}`: `film` is the first 16 digits of its hash.
pub(crate) async fn show(State(app): State<App>, Path(film): Path<String>) -> Response {
    match published(&app, &film).await {
        Ok((run, reel)) => watch_page(&app, &film, &run, &reel).into_response(),
        Err(problem) => sorry(&problem),
    }
}

/// Only what was approved and published is public.
async fn published(app: &App, film: &str) -> Result<(RunRow, ReelOutput), Problem> {
    let filter = RunFilter { state: Some(RunState::Done), flow: Some("reel".into()), limit: 500, business: None };
    let runs = app.journal().runs(&filter).await?;
    let is_it = |run: RunRow| {
        let output: ReelOutput = serde_json::from_value(run.output.clone()?).ok()?;
        (film.len() == 16 && output.outcome == "published" && output.film.hash.starts_with(film))
            .then_some((run, output))
    };
    runs.into_iter().find_map(is_it).ok_or_else(|| Problem::not_found("there is no published film at this address"))
}

fn watch_page(app: &App, film: &str, run: &RunRow, reel: &ReelOutput) -> Markup {
    let base = app.defaults.settings.public_url.trim_end_matches('/');
    let data = video_object(base, film, run, reel);
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (reel.script.seo.title) }
                meta name="description" content=(reel.script.seo.description);
                meta property="og:type" content="video.other";
                meta property="og:title" content=(reel.script.seo.title);
                meta property="og:image" content=(format!("{base}/watch/{film}/poster.jpg"));
                meta property="og:video" content=(format!("{base}/watch/{film}/film.mp4"));
                link rel="stylesheet" href="/style.css";
                script type="application/ld+json" { (PreEscaped(data)) }
            }
            body.watch {
                main {
                    video src=(format!("/watch/{film}/film.mp4")) poster=(format!("/watch/{film}/poster.jpg")) controls playsinline preload="metadata" {}
                    h1 { (reel.script.seo.title) }
                    blockquote { (reel.script.quote) }
                    p.meta { (reel.script.credit) }
                    p { (reel.script.seo.description) }
                }
            }
        }
    }
}

/// schema.org VideoObject as JSON-LD; `<` is escaped so that no text can end the script element.
fn video_object(base: &str, film: &str, run: &RunRow, reel: &ReelOutput) -> String {
    let seconds = reel.film.rate.start_of(reel.film.length).0;
    let data = serde_json::json!({
        "@context": "https://schema.org",
        "@type": "VideoObject",
        "name": reel.script.seo.title,
        "description": reel.script.seo.description,
        "thumbnailUrl": [format!("{base}/watch/{film}/poster.jpg")],
        "contentUrl": format!("{base}/watch/{film}/film.mp4"),
        "uploadDate": run.updated.rfc3339(),
        "duration": format!("PT{seconds:.0}S"),
        "width": reel.film.width_px,
        "height": reel.film.height_px,
        "keywords": reel.script.seo.hashtags.join(", "),
    });
    data.to_string().replace('<', "\\u003c")
}

/// `GET /watch/{film}/film.mp4`
pub(crate) async fn film(State(app): State<App>, Path(film): Path<String>, request: Request<Body>) -> Response {
    serve(&app, &film, request, |reel| &reel.film.blob).await
}

/// `GET /watch/{film}/poster.jpg`
pub(crate) async fn poster(State(app): State<App>, Path(film): Path<String>, request: Request<Body>) -> Response {
    serve(&app, &film, request, |reel| &reel.film.poster).await
}

async fn serve(app: &App, film: &str, request: Request<Body>, which: impl Fn(&ReelOutput) -> &BlobRef) -> Response {
    match published(app, film).await {
        Ok((_, reel)) => serve_blob(app, which(&reel), request).await,
        Err(problem) => sorry(&problem),
    }
}
