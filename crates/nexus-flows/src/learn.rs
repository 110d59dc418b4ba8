//! What is learnt from an owner's answer to a film.

use nexus_core::{
    BusinessId,
    brand::{Answer, Lesson},
    footage::Shot,
    journal::StepName,
    port::Ports,
};
use nexus_workflow::{FlowError, Run};

use crate::{deliver::Decision, fill::Placed};

/// Score from which a tag says what a film showed, and how many tags of one shot do.
const SURELY: f64 = 0.7;
const MOST_TAGS: usize = 3;

/// Remembers what `decision` says of the film of `placed` shots.
pub(crate) async fn learn(
    run: &Run,
    ports: &Ports,
    business: BusinessId,
    revision: u32,
    decision: &Decision,
    placed: &[Placed],
) -> Result<(), FlowError> {
    let (answer, words) = match decision {
        Decision::Approved => (Answer::Approved, String::new()),
        Decision::Change(note) => (Answer::Changed, note.clone()),
        Decision::Declined(reason) => (Answer::Declined, reason.clone()),
        // Silence is no answer.
        Decision::Expired => return Ok(()),
    };
    let shown = placed.iter().flat_map(|placed| shows(&placed.pick.shot)).collect();
    let lesson = Lesson::Answered { run: run.id(), revision, answer, words, shown };
    run.step(StepName::aside("learn"), async |_| ports.brand.learn(business, &lesson).await).await?;
    Ok(())
}

/// The things that a shot of the owner surely shows. Light and movement say nothing of what they like to see.
fn shows(shot: &Shot) -> Vec<String> {
    let is_thing = |source: &str| source == "L0 faces" || !source.starts_with("L0");
    let tags = shot.tags.iter().filter(|tag| !shot.generated && tag.score >= SURELY && is_thing(&tag.source));
    tags.take(MOST_TAGS).map(|tag| tag.name.clone()).collect()
}
