//! Flow 5, arrows 16 to 19: the owner decides, then the film goes out.

use std::{path::Path, time::Duration};

use nexus_core::{
    ApprovalId, Arrow, ErrorKind, Instant, PortError, PortResult, RunId,
    blob::{BlobKey, BlobRef, Bucket},
    business::Business,
    delivery::{Notice, Notified, PlaceUpdate, Post, Receipt, Verdict},
    film::{Film, RenditionSpec},
    journal::{Role, StepName},
    port::Ports,
    review::Review,
    script::Script,
};
use nexus_workflow::{FlowError, Run};

use crate::{
    posts::{place_update, posts},
    reel::FilmSettings,
};

/// Google's bounds for a video in the photos section.
const PLACE_VIDEO: RenditionSpec = RenditionSpec { max_s: 30.0, max_bytes: 25_000_000, min_short_side_px: 720 };

/// A finished film on its way to its owner.
pub struct Delivery<'a> {
    /// Whose.
    pub business: &'a Business,
    /// Whose words.
    pub review: &'a Review,
    /// The words.
    pub script: &'a Script,
    /// The film.
    pub film: &'a Film,
    /// Which film of the review it is, from 0.
    pub revision: u32,
    /// True when a shot was generated.
    pub contains_generated: bool,
    /// Times and places.
    pub settings: &'a FilmSettings,
}

/// What the owner decided, after any second thoughts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Publish.
    Approved,
    /// Make another one.
    Change(String),
    /// Leave it.
    Declined(String),
    /// Nobody answered in time.
    Expired,
}

impl Delivery<'_> {
    /// Arrows 16 and 17. An approval can be taken back until the undo window closes; then it is asked again.
    pub async fn ask(&self, run: &Run, ports: &Ports) -> Result<Decision, FlowError> {
        for round in 0.. {
            let run = &run.scoped(format!("round-{round}"));
            let asked = run.timestamp(StepName::aside("ask-time")).await?;
            let notice = self.notice(run.id(), asked, round);
            let _: Notified = run
                .by(ports.notifier.adapter())
                .step(Arrow::Notify, async |step| ports.notifier.notify(&notice, &step).await)
                .await?;
            let answer: Option<Verdict> = run.wait_until(Arrow::Approve, &notice.signal, notice.expires).await?;
            match answer {
                None => return Ok(Decision::Expired),
                Some(Verdict::Change { note }) => return Ok(Decision::Change(note)),
                Some(Verdict::Decline { reason }) => return Ok(Decision::Declined(reason)),
                Some(Verdict::Approve { at }) => {
                    let closes = at.after(Duration::from_secs(self.settings.undo_s));
                    let undo = undo_signal(&notice.signal);
                    let undone: Option<serde_json::Value> =
                        run.wait_until(StepName::aside("undo-window"), &undo, closes).await?;
                    if undone.is_none() {
                        return Ok(Decision::Approved);
                    }
                }
            }
        }
        unreachable!("the loop over rounds has no end")
    }

    fn notice(&self, run: RunId, asked: Instant, round: u32) -> Notice {
        let signal = format!("approval/r{}/{round}", self.revision);
        Notice {
            approval: ApprovalId::derived(&[&run.to_string(), &signal]),
            run,
            signal,
            business: self.business.id,
            film: self.film.clone(),
            headline: format!("{} left {} stars. Your film is ready.", self.author(), self.review.rating),
            quote: self.script.quote.clone(),
            posts: self.posts(),
            expires: asked.after(Duration::from_secs(self.settings.approval_hours * 3600)),
            undo_s: self.settings.undo_s,
        }
    }

    fn author(&self) -> &str {
        if self.review.author.is_empty() { "A guest" } else { &self.review.author }
    }

    fn posts(&self) -> Vec<Post> {
        posts(self.business, self.script, self.film, self.contains_generated)
    }

    /// Arrows 18 and 19, once each, whatever happens in between.
    pub async fn publish(&self, run: &Run, ports: &Ports, scratch: &Path) -> Result<Vec<Receipt>, FlowError> {
        run.hand_over(Role::Publish).await?;
        let mut receipts = Vec::new();
        for post in self.posts() {
            let item = post.network.slug();
            let receipt = run
                .by(ports.publisher.adapter())
                .effect(
                    Arrow::Publish,
                    item,
                    &post,
                    async |step| ports.publisher.find(&step.key).await,
                    async |step| ports.publisher.publish(self.business, &post, &step).await,
                )
                .await?;
            receipts.push(receipt);
        }
        if receipts.is_empty() {
            run.skip(Arrow::Publish, "the business has no networks").await?;
        }
        let video =
            run.step(StepName::aside("place-video"), async |_| place_video(ports, self.film, scratch).await).await?;
        let update = place_update(self.business, self.script, video, self.film.poster.clone(), &self.watch_url());
        receipts.push(self.update_maps(run, ports, &update).await?);
        run.step(StepName::aside("remember-quote"), async |step| {
            ports.business.remember_quote(self.business.id, &self.script.quote, &step.key).await
        })
        .await?;
        Ok(receipts)
    }

    async fn update_maps(&self, run: &Run, ports: &Ports, update: &PlaceUpdate) -> Result<Receipt, FlowError> {
        run.by(ports.place.adapter())
            .effect(
                Arrow::UpdateMaps,
                "google",
                update,
                async |step| ports.place.find(&step.key).await,
                async |step| ports.place.update(self.business, update, &step).await,
            )
            .await
    }

    /// The public page of the film; empty where the installation has no public address.
    fn watch_url(&self) -> String {
        let base = self.settings.public_url.trim_end_matches('/');
        if base.is_empty() {
            String::new()
        } else {
            format!("{base}/watch/{}", &self.film.hash[..16.min(self.film.hash.len())])
        }
    }
}

/// The signal that takes an approval back.
#[must_use]
pub fn undo_signal(approval_signal: &str) -> String {
    format!("{approval_signal}/undo")
}

/// The copy of the film that Google takes; the film itself when it fits.
async fn place_video(ports: &Ports, film: &Film, scratch: &Path) -> PortResult<BlobRef> {
    let master = ports.blobs.local_file(&film.blob).await?;
    let out = scratch.join(format!("place-{}.mp4", &film.hash[..16]));
    ports.media.rendition(&master, &PLACE_VIDEO, &out).await?;
    let key = BlobKey::new(film.blob.key.business(), &format!("films/{}-google.mp4", &film.hash[..16]));
    let key =
        key.map_err(|error| PortError::new(ErrorKind::Bug, "nexus", "name the place video", error.to_string()))?;
    let stored = ports.blobs.put_file(Bucket::Final, &key, &out).await?;
    std::fs::remove_file(&out).map_err(|error| PortError::disk("nexus", "clear the scratch folder", &out, error))?;
    Ok(stored)
}
