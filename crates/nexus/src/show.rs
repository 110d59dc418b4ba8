//! What a terminal shows: progress bars on one, plain lines otherwise, one clear paragraph for an error.

use std::io::IsTerminal as _;

use indicatif::{ProgressBar, ProgressStyle};
use nexus_workflow::RunProgress;

/// Prints an error with its causes as one paragraph on stderr.
pub(crate) fn error(error: &anyhow::Error) {
    let mut text = String::new();
    let mut last = String::new();
    for cause in error.chain() {
        let words = cause.to_string();
        // Some libraries repeat their cause in their own words.
        if !last.contains(&words) {
            if !text.is_empty() {
                text.push_str(": ");
            }
            text.push_str(&words);
            last = words;
        }
    }
    eprintln!("error: {text}");
}

/// One line of output for people; on stderr, so that stdout holds results alone.
pub(crate) fn line(words: &str) {
    eprintln!("{words}");
}

/// A result on stdout.
pub(crate) fn result(words: &str) {
    use std::io::Write as _;
    // A closed pipe is the reader's choice, not an error.
    let _ = writeln!(std::io::stdout(), "{words}");
}

/// A value as indented JSON on stdout.
pub(crate) fn json(value: &impl serde::Serialize) -> anyhow::Result<()> {
    result(&serde_json::to_string_pretty(value)?);
    Ok(())
}

/// Progress of steps: a bar on a terminal, a line per step otherwise, nothing when `quiet`.
pub(crate) struct Meter {
    style: Style,
    last: String,
}

enum Style {
    Bar(ProgressBar),
    Lines,
    Quiet,
}

impl Meter {
    /// A meter for this terminal.
    pub(crate) fn new(quiet: bool) -> Self {
        let style = match (quiet, std::io::stderr().is_terminal()) {
            (true, _) => Style::Quiet,
            (false, false) => Style::Lines,
            (false, true) => {
                let bar = ProgressBar::new(0);
                let template = ProgressStyle::with_template("{spinner} {elapsed:>4} {bar:28} {wide_msg}");
                bar.set_style(template.unwrap_or_else(|_| ProgressStyle::default_bar()));
                Style::Bar(bar)
            }
        };
        Self { style, last: String::new() }
    }

    /// Shows how far a step is.
    pub(crate) fn step(&mut self, progress: &RunProgress) {
        let words = format!("{} {}", progress.step, progress.what);
        self.tell(progress.done, progress.total, &words, progress.step.as_str());
    }

    /// Shows how far something else is.
    pub(crate) fn tell(&mut self, done: u64, total: u64, words: &str, topic: &str) {
        match &self.style {
            Style::Quiet => {}
            Style::Bar(bar) => {
                bar.set_length(total.max(1));
                bar.set_position(done);
                bar.set_message(words.to_owned());
                bar.tick();
            }
            Style::Lines if self.last == topic => {}
            Style::Lines => {
                line(topic.trim());
                topic.clone_into(&mut self.last);
            }
        }
    }

    /// Clears the bar.
    pub(crate) fn end(&self) {
        if let Style::Bar(bar) = &self.style {
            bar.finish_and_clear();
        }
    }
}
