//! Plain gradient descent for two small models.

use nexus_beats::training::decode_bars;

/// One beat for the downbeat model.
pub(crate) struct Row {
    pub(crate) inputs: Vec<f64>,
    pub(crate) down: bool,
    pub(crate) weight: f64,
}

/// One track for the level model: readings and the beat F each would reach.
#[derive(Clone)]
pub(crate) struct Choice {
    pub(crate) scores: Vec<f64>,
    pub(crate) features: Vec<Vec<f64>>,
    pub(crate) weight: f64,
}

/// Logistic model.
pub(crate) struct BarModel {
    pub(crate) weights: Vec<f64>,
    pub(crate) bias: f64,
}

/// Linear score whose softmax should put its mass on readings with a high F.
pub(crate) struct LevelModel {
    pub(crate) scale: Vec<f64>,
    pub(crate) weights: Vec<f64>,
}

/// Logistic regression with L2 penalty.
pub(crate) fn bars(tracks: &[&Vec<Row>], penalty: f64) -> BarModel {
    let width = tracks.iter().flat_map(|rows| rows.first()).map(|row| row.inputs.len()).max().unwrap_or(0);
    let mut model = BarModel { weights: vec![0.0; width], bias: -1.1 };
    let total: f64 = tracks.iter().flat_map(|rows| rows.iter()).map(|row| row.weight).sum();
    let mut speed = vec![0.0; width + 1];
    for _ in 0..300 {
        let mut slope: Vec<f64> = model.weights.iter().map(|weight| penalty * weight).collect();
        slope.push(0.0);
        for row in tracks.iter().flat_map(|rows| rows.iter()) {
            let error = (model.chance(&row.inputs) - f64::from(u8::from(row.down))) * row.weight / total;
            for (slot, value) in slope.iter_mut().zip(row.inputs.iter().chain([&1.0])) {
                *slot += error * value;
            }
        }
        for (index, (pace, slope)) in speed.iter_mut().zip(&slope).enumerate() {
            *pace = 0.9 * *pace - 0.1 * slope;
            if index < width { model.weights[index] += *pace } else { model.bias += *pace }
        }
    }
    model
}

impl BarModel {
    fn chance(&self, inputs: &[f64]) -> f64 {
        let sum: f64 = inputs.iter().zip(&self.weights).map(|(value, weight)| value * weight).sum();
        1.0 / (1.0 + (-(sum + self.bias)).exp())
    }

    /// Probability of a downbeat for each beat.
    pub(crate) fn chances(&self, inputs: &[Vec<f64>]) -> Vec<f64> {
        inputs.iter().map(|inputs| self.chance(inputs)).collect()
    }

    /// Whether the meter is right, and the downbeat F on true beats.
    pub(crate) fn judge(&self, rows: &[Row]) -> (bool, f64) {
        let chances: Vec<f64> = rows.iter().map(|row| self.chance(&row.inputs)).collect();
        let (meter, positions, _) = decode_bars(&chances);
        let truth = rows.iter().filter(|row| row.down).count();
        let found = positions.iter().filter(|position| **position == 0).count();
        let hits = positions.iter().zip(rows).filter(|(position, row)| **position == 0 && row.down).count();
        let true_meter = (rows.len() as f64 / truth.max(1) as f64).round() as usize;
        (meter == true_meter, 2.0 * hits as f64 / (truth + found).max(1) as f64)
    }
}

/// Maximises the expected F under the softmax of the scores.
pub(crate) fn level(choices: &[&Choice], penalty: f64) -> LevelModel {
    let width = choices.iter().flat_map(|choice| choice.features.first()).map(Vec::len).max().unwrap_or(0);
    let mut scale = vec![1.0; width];
    for (column, slot) in scale.iter_mut().enumerate() {
        let spreads = choices.iter().filter(|choice| !choice.features.is_empty()).map(|choice| {
            let values: Vec<f64> = choice.features.iter().map(|row| row[column]).collect();
            let mean = values.iter().sum::<f64>() / values.len() as f64;
            values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / values.len() as f64
        });
        let variance = spreads.sum::<f64>() / choices.len().max(1) as f64;
        *slot = 1.0 / variance.sqrt().max(1e-6);
    }
    let mut model = LevelModel { scale, weights: vec![0.0; width] };
    let total: f64 = choices.iter().map(|choice| choice.weight).sum();
    let mut speed = vec![0.0; width];
    for _ in 0..1500 {
        let mut slope: Vec<f64> = model.weights.iter().map(|weight| -penalty * weight).collect();
        for choice in choices.iter().filter(|choice| !choice.features.is_empty()) {
            let mass = model.mass(choice);
            // Cross-entropy against the readings in proportion to a sharpened F.
            let aims: Vec<f64> = choice.scores.iter().map(|score| score.powi(8)).collect();
            let sum = aims.iter().sum::<f64>().max(1e-9);
            for ((features, chance), aim) in choice.features.iter().zip(&mass).zip(&aims) {
                let push = (aim / sum - chance) * choice.weight / total;
                for ((slot, value), scale) in slope.iter_mut().zip(features).zip(&model.scale) {
                    *slot += push * value * scale;
                }
            }
        }
        for ((weight, pace), slope) in model.weights.iter_mut().zip(&mut speed).zip(&slope) {
            *pace = 0.9 * *pace + 0.08 * slope;
            *weight += *pace;
        }
    }
    model
}

impl LevelModel {
    fn score(&self, features: &[f64]) -> f64 {
        features.iter().zip(&self.scale).zip(&self.weights).map(|((value, scale), weight)| value * scale * weight).sum()
    }

    fn mass(&self, choice: &Choice) -> Vec<f64> {
        let scores: Vec<f64> = choice.features.iter().map(|features| self.score(features)).collect();
        let top = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let raised: Vec<f64> = scores.iter().map(|score| (score - top).exp()).collect();
        let sum: f64 = raised.iter().sum();
        raised.iter().map(|value| value / sum).collect()
    }

    /// Index of the best reading.
    pub(crate) fn choose(&self, choice: &Choice) -> usize {
        let mass = self.mass(choice);
        (0..mass.len()).max_by(|a, b| mass[*a].total_cmp(&mass[*b])).unwrap_or(0)
    }
}
