//! Lays a chosen line out as a film: hook, place, praise phrase by phrase, drop, proof, end card.

use nexus_core::script::{Part, Scene, Script, ScriptRequest, reading_time_s};

use super::{
    ExtractiveWriter, credit, hook,
    language::{Language, fold},
    lexicon,
    quote::Candidate,
    reading::Reading,
    seo::{self, Material},
    shows::{self, Picture},
    typeset::{self, Edges, capitalised, quotation_marks},
    words::Pause,
};

/// Least time of the end card in seconds.
const END_CARD_S: f64 = 2.0;

/// The script of `line`.
pub(crate) fn lay_out(request: &ScriptRequest, reading: &Reading<'_>, line: &Candidate) -> Script {
    let business = &request.context.business;
    let (words, quoted) = (&reading.words, reading.language);
    let post_language = match Language::from_tag(&business.language) {
        Language::Other => Language::English,
        known => known,
    };
    let hook_run = hook::choose(words, &reading.clauses, line);
    let hook = hook_text(reading, hook_run);
    let quote = quote_text(reading, line);
    let credit = credit::credit(&request.review.author, &request.review.source, post_language, &reading.banned);
    let pictures: Vec<Option<Picture>> =
        line.phrases.iter().map(|&(start, end)| shows::picture(&words[start..end], quoted)).collect();
    let things = things(reading, &pictures, post_language);
    let usual = usual_picture(request);

    let mut scenes = vec![
        scene("hook", Part::Hook, marked(&hook, quoted), hook_picture(reading, hook_run, &pictures, &usual), 0.0),
        scene(
            "place",
            Part::Place,
            place_caption(request),
            (format!("{} outside view terrace", business.category), false),
            0.0,
        ),
    ];
    for (number, caption) in praise_captions(reading, line).into_iter().enumerate() {
        let picture = match &pictures[number] {
            Some(picture) => (picture.query.clone(), picture.must_show),
            None => (follow_up(reading, &line.phrases[..=number], &pictures[..number], &usual), false),
        };
        scenes.push(scene(&format!("praise-{}", number + 1), Part::Praise, caption, picture, 0.0));
    }
    let moments =
        if things.is_empty() { usual.clone() } else { things.iter().take(4).cloned().collect::<Vec<_>>().join(" ") };
    scenes.push(scene("drop", Part::Drop, String::new(), (moments, false), 0.0));
    scenes.push(scene("proof", Part::Proof, credit.clone(), ("people hands detail".to_owned(), false), 0.0));
    scenes.push(scene("end", Part::End, end_caption(request), (usual, false), END_CARD_S));

    let name = credit::shown_name(&request.review.author, post_language, &reading.banned);
    let seo = seo::write(&Material {
        business,
        banned: &reading.banned,
        quote: &quote,
        hook: &hook,
        credit: &credit,
        name: &name,
        things: &things,
        language: post_language,
        quoted,
        seed: request.seed,
    });
    Script {
        hook,
        quote,
        credit,
        rating: request.review.rating,
        scenes,
        call_to_action: business.call_to_action.clone(),
        seo,
        writer: ExtractiveWriter::NAME.to_owned(),
    }
}

fn scene(id: &str, part: Part, caption: String, (shows, must_show): (String, bool), least_s: f64) -> Scene {
    let min_s = reading_time_s(&caption).max(least_s);
    Scene { id: id.to_owned(), part, caption, shows, must_show, min_s }
}

/// The hook stands alone, so it begins with a capital and loses a comma or full stop at its end.
fn hook_text(reading: &Reading<'_>, (start, end): (usize, usize)) -> String {
    let text = typeset::set(&reading.words[start..end], reading.language, Edges { closes: true, ..Edges::default() });
    capitalised(text.trim_end_matches(['.', '。']).trim())
}

fn quote_text(reading: &Reading<'_>, line: &Candidate) -> String {
    let last = line.segments.len() - 1;
    let parts = line.segments.iter().enumerate().map(|(number, &(start, end))| {
        typeset::set(&reading.words[start..end], reading.language, edges(reading, line, (start, end), number == last))
    });
    parts.collect::<Vec<_>>().join(" ")
}

/// Where words are left out around a stretch that begins or ends a segment.
fn edges(reading: &Reading<'_>, line: &Candidate, (start, end): (usize, usize), last_of_all: bool) -> Edges {
    let words = &reading.words;
    let segment = line.segments.iter().position(|&(from, to)| from <= start && end <= to).unwrap_or(0);
    let (from, to) = line.segments[segment];
    let inside_before = start > 0 && words[start - 1].pause != Pause::Sentence;
    let inside_after = words[end - 1].pause != Pause::Sentence;
    Edges {
        cut_before: start == from && (segment > 0 || inside_before),
        // Between two segments one ellipsis is enough: it opens the second.
        cut_after: end == to && inside_after && last_of_all,
        closes: end == to,
    }
}

fn praise_captions(reading: &Reading<'_>, line: &Candidate) -> Vec<String> {
    let [open, close, ..] = quotation_marks(reading.language);
    let last = line.phrases.len() - 1;
    let caption = |(number, &(start, end)): (usize, &(usize, usize))| {
        let text = typeset::set(
            &reading.words[start..end],
            reading.language,
            edges(reading, line, (start, end), number == last),
        );
        let before = if number == 0 { open } else { "" };
        let after = if number == last { close } else { "" };
        format!("{before}{text}{after}")
    };
    line.phrases.iter().enumerate().map(caption).collect()
}

/// A phrase that names nothing stays with the thing that its sentence spoke of, else it looks for its mood.
fn follow_up(reading: &Reading<'_>, phrases: &[(usize, usize)], pictures: &[Option<Picture>], usual: &str) -> String {
    let (start, end) = phrases[phrases.len() - 1];
    let goes_on = start > 0 && reading.words[start - 1].pause != Pause::Sentence;
    if goes_on && let Some(Some(picture)) = pictures.last() {
        return picture.query.clone();
    }
    let mood = shows::mood_words(&reading.words[start..end]);
    if mood.is_empty() { usual.to_owned() } else { mood }
}

fn marked(text: &str, language: Language) -> String {
    let [open, close, ..] = quotation_marks(language);
    format!("{open}{text}{close}")
}

/// What the hook's shot shows: a thing in the hook, else the best shot there is, else the first thing of the quote.
fn hook_picture(
    reading: &Reading<'_>,
    (start, end): (usize, usize),
    pictures: &[Option<Picture>],
    usual: &str,
) -> (String, bool) {
    let own = shows::picture(&reading.words[start..end], reading.language);
    let query = own
        .or_else(|| pictures.iter().flatten().next().cloned())
        .map_or_else(|| usual.to_owned(), |picture| picture.query);
    // The hook takes the strongest shot of all; a made one would be a weak beginning.
    (query, false)
}

/// What fits when a phrase names nothing: what the owner calls their best shot, else the category. Words that the
/// eye found, such as its format, are no subject.
fn usual_picture(request: &ScriptRequest) -> String {
    let best = request.best.first().map(|hit| {
        let named = hit.shot.tags.iter().filter(|tag| !tag.source.starts_with("L0"));
        named.take(3).map(|tag| tag.name.as_str()).collect::<Vec<_>>().join(" ")
    });
    best.filter(|text| !text.is_empty())
        .unwrap_or_else(|| format!("{} warm light detail", request.context.business.category))
}

fn place_caption(request: &ScriptRequest) -> String {
    let business = &request.context.business;
    let holds = fold(&business.name).contains(&fold(&business.locality));
    if business.locality.is_empty() || holds {
        business.name.clone()
    } else {
        format!("{} · {}", business.name, business.locality)
    }
}

fn end_caption(request: &ScriptRequest) -> String {
    let action = &request.context.business.call_to_action;
    let place = place_caption(request);
    if action.is_empty() { place } else { format!("{place} · {action}") }
}

/// Things named in the quote, then elsewhere in what may be quoted, in the language of the posts if possible.
fn things(reading: &Reading<'_>, pictures: &[Option<Picture>], posts: Language) -> Vec<String> {
    let quoted = pictures.iter().flatten().flat_map(|picture| picture.names.iter().cloned());
    let clauses = reading.clauses.iter().filter(|clause| clause.objection.is_none());
    let others = clauses.filter_map(|clause| {
        let words = &reading.words[clause.start..clause.end];
        words.iter().any(|word| word.thing.is_some()).then(|| shows::picture(words, reading.language)).flatten()
    });
    let mut names: Vec<String> = Vec::new();
    for name in quoted.chain(others.flat_map(|picture| picture.names)) {
        let name = if reading.language != posts && posts == Language::English { name.english } else { name.said };
        let known = names.iter().any(|known| known.contains(&name) || name.contains(known.as_str()));
        if !known && !lexicon::is_abstract(&name) {
            names.push(name);
        }
    }
    names
}
