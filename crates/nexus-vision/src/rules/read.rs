//! Reading and applying the table of rules.

use std::path::Path;

use crate::{models::Labels, network::ModelError};

/// Chance from which a rule speaks when it names none.
const THRESHOLD: f32 = 0.4;

/// Words for a group of classes.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// What is said, lower case.
    pub tags: Vec<String>,
    /// Classes whose chances are added up.
    pub classes: Vec<usize>,
    /// The sum from which it is said, above 0 and at most 1.
    pub threshold: f32,
}

/// The rules for one list of classes.
#[derive(Debug, Clone, PartialEq)]
pub struct Rules {
    rules: Vec<Rule>,
    /// Classes that count for nothing.
    ignored: Vec<bool>,
}

impl Rules {
    /// The rules that come with the product: hospitality, retail and travel.
    ///
    /// # Errors
    /// [`ModelError::Table`] when `labels` is another list than ImageNet's.
    pub fn shipped(labels: &Labels) -> Result<Self, ModelError> {
        Self::parse(include_str!("imagenet.txt"), "the shipped rules", labels)
    }

    /// Rules of the user.
    ///
    /// # Errors
    /// [`ModelError::Read`]; [`ModelError::Table`] for the first mistake, with its line.
    pub fn read(file: &Path, labels: &Labels) -> Result<Self, ModelError> {
        let text =
            std::fs::read_to_string(file).map_err(|source| ModelError::Read { file: file.to_owned(), source })?;
        Self::parse(&text, &file.display().to_string(), labels)
    }

    /// Eight hexadecimal digits that tell these rules from others; those of a file that cannot be read are told when it
    /// is needed.
    pub(crate) fn mark(file: Option<&Path>) -> String {
        let text = match file {
            Some(file) => std::fs::read_to_string(file).unwrap_or_default(),
            None => include_str!("imagenet.txt").to_owned(),
        };
        blake3::hash(text.as_bytes()).to_hex()[..8].to_owned()
    }

    fn parse(text: &str, what: &str, labels: &Labels) -> Result<Self, ModelError> {
        let mut rules = Self { rules: Vec::new(), ignored: vec![false; labels.len()] };
        for (number, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            rules.add(line, labels).map_err(|detail| ModelError::Table {
                what: what.to_owned(),
                line: number + 1,
                detail,
            })?;
        }
        Ok(rules)
    }

    fn add(&mut self, line: &str, labels: &Labels) -> Result<(), String> {
        let (tags, rest) = line.split_once(':').ok_or("expected 'tag: class, class @ threshold'")?;
        let (names, threshold) = match rest.rsplit_once('@') {
            Some((names, number)) => {
                let threshold: f32 = number.trim().parse().map_err(|_| format!("'{}' is no number", number.trim()))?;
                (names, threshold)
            }
            None => (rest, THRESHOLD),
        };
        if !(threshold > 0.0 && threshold <= 1.0) {
            return Err(format!("the threshold is {threshold}, expected more than 0 and at most 1"));
        }
        let mut classes = Vec::new();
        for name in names.split(',') {
            classes.extend(classes_of(name.trim(), labels)?);
        }
        classes.sort_unstable();
        classes.dedup();
        if tags.trim() == "ignore" {
            classes.into_iter().for_each(|class| self.ignored[class] = true);
            return Ok(());
        }
        let tags: Vec<String> = tags.split(',').map(|tag| tag.trim().to_lowercase()).collect();
        if tags.iter().any(String::is_empty) {
            return Err("a tag without letters stands before the colon".into());
        }
        self.rules.push(Rule { tags, classes, threshold });
        Ok(())
    }

    /// Every rule, in the order of the table.
    #[must_use]
    pub fn all(&self) -> &[Rule] {
        &self.rules
    }

    /// True when a class counts for nothing.
    pub(crate) fn ignores(&self, class: usize) -> bool {
        self.ignored.get(class).copied().unwrap_or(false)
    }

    /// What is to be said for chances of classes: tags with a score of 0.5 at the threshold and 1 for a certainty,
    /// each tag once, best first. Chances below half a threshold are left out.
    pub(crate) fn scores(&self, chances: &[f32]) -> Vec<(&str, f64)> {
        let mut scores: Vec<(&str, f64)> = Vec::new();
        for rule in &self.rules {
            let sum: f32 = rule.classes.iter().map(|class| chances.get(*class).copied().unwrap_or(0.0)).sum();
            let score = f64::from(graded(sum.min(1.0), rule.threshold));
            if score >= 0.25 {
                scores.extend(rule.tags.iter().map(|tag| (tag.as_str(), score)));
            }
        }
        scores.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(b.0)));
        let mut said: Vec<(&str, f64)> = Vec::new();
        for (tag, score) in scores {
            if !said.iter().any(|(earlier, _)| *earlier == tag) {
                said.push((tag, score));
            }
        }
        said
    }
}

/// 0 at nothing, 0.5 at the threshold, 1 at a certainty.
fn graded(chance: f32, threshold: f32) -> f32 {
    if chance < threshold {
        0.5 * chance / threshold
    } else if threshold >= 1.0 {
        1.0
    } else {
        0.5 + 0.5 * (chance - threshold) / (1.0 - threshold)
    }
}

/// The classes of `name` or of `first .. last`.
fn classes_of(name: &str, labels: &Labels) -> Result<Vec<usize>, String> {
    let find = |name: &str| -> Result<Vec<usize>, String> {
        let found: Vec<usize> = labels.called(name).collect();
        if found.is_empty() {
            Err(format!("the model has no class '{name}'; classes are called by their first name"))
        } else {
            Ok(found)
        }
    };
    let Some((first, last)) = name.split_once(" .. ") else { return find(name) };
    let (first, last) = (find(first.trim())?[0], find(last.trim())?);
    let last = last[last.len() - 1];
    if last < first {
        return Err(format!("'{name}' runs backwards in the order of the model"));
    }
    Ok((first..=last).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels() -> Labels {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("labels.txt");
        std::fs::write(&file, "background\nespresso\nred wine, wine\npug, pug-dog\nbeagle\nbackdrop").expect("written");
        Labels::read(&file).expect("a list")
    }

    #[test]
    fn a_table_is_read_and_mistakes_have_their_line() {
        let labels = labels();
        let rules = Rules::parse(
            "# words\ncoffee, drink: espresso @ 0.5\ndog: pug .. beagle\nignore: background",
            "table",
            &labels,
        )
        .expect("a table");
        assert_eq!(rules.all()[1], Rule { tags: vec!["dog".into()], classes: vec![3, 4], threshold: 0.4 });
        assert!(rules.ignores(0) && !rules.ignores(1));
        for (text, want) in [
            ("coffee espresso", "table, line 1: expected 'tag: class, class @ threshold'"),
            ("\ncoffee: cappuccino", "line 2: the model has no class 'cappuccino'"),
            ("dog: beagle .. pug", "runs backwards"),
            ("dog: pug @ much", "'much' is no number"),
            ("dog: pug @ 1.5", "expected more than 0 and at most 1"),
            (", dog: pug", "a tag without letters"),
        ] {
            let error = Rules::parse(text, "table", &labels).expect_err(text).to_string();
            assert!(error.contains(want), "{error}");
        }
    }

    #[test]
    fn chances_of_a_group_add_up() {
        let rules = Rules::parse("dog: pug .. beagle @ 0.4\npug: pug @ 0.6\ncoffee: espresso", "table", &labels())
            .expect("a table");
        let said = rules.scores(&[0.0, 0.05, 0.0, 0.3, 0.4, 0.0]);
        assert_eq!(said.len(), 2, "{said:?}");
        assert!(said[0].0 == "dog" && (said[0].1 - 0.75).abs() < 1e-6, "{said:?}");
        assert!(said[1].0 == "pug" && (said[1].1 - 0.25).abs() < 1e-6, "{said:?}");
    }
}
