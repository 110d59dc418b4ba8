//! One sentence per configuration key, for `nexus config explain` and the reference page.

/// Every key with its meaning; a test holds this list against [`super::Config`].
const KEYS: &[(&str, &str)] = &[
    ("data", "Folder of everything durable: database, stored files, cache, secrets."),
    ("store.url", "The database: \"sqlite:\" in the data folder, or \"postgres://user:password@host/database\"."),
    ("blobs.raw", "Where uploads lie: \"file:\" in the data folder, or a bucket, \"s3://name\"."),
    ("blobs.final", "Where films lie: \"file:\" in the data folder, or a bucket, \"s3://name\"."),
    ("blobs.endpoint", "Address of a store that speaks like S3, for instance http://10.0.0.5:9000; empty for AWS."),
    ("blobs.public_endpoint", "The same store as browsers reach it; empty where that is the same address."),
    ("blobs.cache_gb", "Downloads from S3 that are kept on this machine, in gigabytes."),
    ("queue.url", "Address of the SQS queue that tells of uploads; empty to look for them every few seconds."),
    ("aws.region", "Region of buckets and queue; empty for what AWS_REGION says, else us-east-1."),
    ("aws.access_key", "Key id for buckets and queue; empty for what the environment or the machine's role gives."),
    ("aws.secret_key", "The secret of that key."),
    ("lambda.beats", "The function that hears beats (adapters.beats = \"lambda\"): its name or ARN."),
    ("lambda.endpoint", "Where Lambda is asked, for instance a stand-in on this machine; empty for AWS."),
    ("lambda.patience_s", "Seconds after which a function that has not answered is given up; 0 for fifteen minutes."),
    ("worker.ingest", "Clips that one process looks at together."),
    ("worker.render", "Films that one process makes together."),
    ("worker.publish", "Publications and callbacks that one process has under way together."),
    ("worker.at_once", "Steps of one provider at the same time, each \"adapter:count\", for instance [\"banana:2\"]."),
    ("worker.lease_s", "Seconds after which another worker takes up what a lost one had begun."),
    ("worker.drain_s", "Seconds in which runs may end their step when the process is told to stop."),
    ("worker.listen", "Address and port of a worker's /healthz, /readyz and /metrics; empty for none."),
    ("outbox.dir", "Folder of publications; workers that publish share it. Empty for outbox in the data folder."),
    ("telemetry.log", "Logs as text or as json, one document per line."),
    (
        "telemetry.otlp_endpoint",
        "OpenTelemetry collector that takes OTLP over HTTP, for instance http://127.0.0.1:4318.",
    ),
    ("server.listen", "Address and port of API and pages; 127.0.0.1 keeps it on this machine."),
    ("server.storage_listen", "Address and port of the S3-protocol endpoint that browsers upload to."),
    ("server.public_url", "Address of this installation as guests reach it, for watch pages; empty for none."),
    ("film.aspect", "Width to height: \"9:16\", \"16:9\" or \"1:1\"."),
    ("film.resolution", "Short side in pixels: \"720\", \"1080\" or \"4k\" (2160)."),
    ("film.seed", "Any whole number; the same seed makes the same film."),
    ("cut.min_shot_s", "Shortest shot in seconds; faster bars are taken two or more at a time."),
    ("cut.max_shot_s", "Longest shot in seconds; slower bars are cut at their middle beat."),
    ("cut.end_card_s", "Least length of the end card in seconds."),
    ("cut.free_shot_s", "Length of a shot in seconds where the music has no grid to follow."),
    ("cut.preset", "How densely films are cut: calm, classic, energetic or drop."),
    ("beats.model", "A Beat This! network (ONNX file) that hears the music; empty for the built-in ear."),
    ("models.dir", "Folder of models; empty for nexus/models in your cache folder (~/.cache)."),
    ("models.pair", "Folder of the CLIP or SigLIP to use, in the folder of models; empty for the first that is there."),
    ("vision.rules", "Your own table from the classifier's classes to words; empty for the shipped one."),
    ("approval.undo_s", "Seconds in which an approval can be taken back; nothing is published before they are over."),
    ("approval.expires_h", "Hours after which an unanswered question counts as declined."),
    ("render.workers", "Segments rendered at a time; one per processor core is right."),
    ("render.encoder", "Encoder of pictures: x264 (what networks take), x265 or svt-av1."),
    ("render.preset", "Effort of x264 and x265: ultrafast, superfast, veryfast or medium."),
    ("media.programs", "Folder in which ffmpeg, ffprobe and tesseract are looked for first; empty for the system's."),
    (
        "media.patience_s",
        "Seconds after which a decoder or encoder without progress is given up; 0 for the usual two to five minutes.",
    ),
    ("fetch.allow_http", "true also fetches sources from http:// addresses; false from https:// alone."),
    (
        "fetch.allowed_private_origins",
        "Origins that may lie on private addresses and need no https, for instance [\"http://192.168.1.20:8000\"].",
    ),
    ("fetch.max_mb", "Largest source that is fetched, in megabytes."),
    ("fetch.time_limit_s", "Seconds after which a fetch is given up."),
    (
        "shotstack.keys",
        "Keys of the Shotstack-compatible API, each \"owner:key\"; with none, any key passes from this machine.",
    ),
    ("shotstack.requests_per_s", "Requests per second of one owner; twice as many at once, 0 for no limit."),
    ("shotstack.most_unfinished", "Renders of one owner that may be queued or running; 0 for no limit."),
    ("pinecone.keys", "Keys of the Pinecone-compatible API, each \"owner:key\"; with none, that API is not served."),
    ("pinecone.requests_per_s", "Requests per second of one owner; twice as many at once, 0 for no limit."),
    ("vectors.kind", "Where the product's own vectors lie: embedded, pgvector or pinecone."),
    ("vectors.url", "The PostgreSQL database for pgvector: \"postgres://user:password@host/database\"."),
    ("vectors.host", "The host of the index for pinecone, as its console shows it."),
    ("vectors.key", "The API key for pinecone."),
    ("banana.url", "A Banana or Potassium endpoint, for instance http://192.168.1.20:8000 where `nexus vision` runs."),
    ("banana.key", "The key for it; `nexus vision` asks its clients for this one."),
    ("inference.url", "Where an inference service takes requests (adapters.tagger = \"http\")."),
    (
        "inference.auth",
        "The header that carries its key, for instance \"Authorization: Bearer {{key}}\"; empty for none.",
    ),
    ("inference.key", "The key for it."),
    (
        "inference.body",
        "The body, JSON in which texts may name {{image}}, {{image_url}}, {{images}}, {{image_urls}}, {{file_name}}.",
    ),
    ("inference.result", "JSON pointer to the answer, for instance /output/0; empty for the whole answer."),
    ("inference.model", "The model's name, as tags name it."),
    (
        "inference.poll_address",
        "JSON pointer to the address of the job, where answers come later; empty where they come at once.",
    ),
    ("inference.poll_state", "JSON pointer to the state of the job."),
    ("inference.poll_done", "States of a job that is done."),
    ("inference.poll_failed", "States of a job that gives nothing."),
    (
        "inference.poll_result_address",
        "JSON pointer to the address of the result, where it stands apart from the job; else empty.",
    ),
    ("openai.base_url", "OpenAI or a compatible server, for instance http://127.0.0.1:11434/v1."),
    ("openai.key", "The key for it; a server of your own may need none."),
    ("openai.vision_model", "The model that reads pictures (adapters.tagger = \"openai\")."),
    (
        "adapters.patience_s",
        "Seconds after which a service elsewhere that is silent is given up; 0 for what suits each.",
    ),
    (
        "adapters.tagger",
        "Tags (Banana): embedded; or, added to those of this machine, banana, http (any inference service) or openai.",
    ),
    ("adapters.memory", "Search (Pinecone): embedded."),
    ("adapters.writer", "Script (GPT-4o): embedded."),
    ("adapters.images", "Stills (Gemini): embedded."),
    ("adapters.animator", "Moving stills (Runway): embedded."),
    ("adapters.speech", "Speech (text to speech): embedded."),
    ("adapters.beats", "Beats (librosa): embedded; or lambda, the function that lambda.beats names."),
    ("adapters.renderer", "Films (Shotstack): embedded."),
    ("adapters.publisher", "Social networks (Ayrshare): embedded, an outbox of exact payloads."),
    ("adapters.place", "Maps (Google Business Profile): embedded, an outbox of exact payloads."),
];

/// The meaning of `key` and of every key below it; empty when there is none.
pub(crate) fn explain(key: &str) -> Vec<(&'static str, &'static str)> {
    let below = format!("{key}.");
    let matches = |name: &str| key.is_empty() || name == key || name.starts_with(&below);
    KEYS.iter().copied().filter(|(name, _)| matches(name)).collect()
}

/// The known key that looks most like `key`.
pub(super) fn nearest(key: &str) -> Option<&'static str> {
    let (name, distance) =
        KEYS.iter().map(|(name, _)| (*name, edit_distance(key, name))).min_by_key(|(_, distance)| *distance)?;
    (distance <= 1 + key.len() / 3).then_some(name)
}

/// Levenshtein distance in characters.
fn edit_distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in right.iter().enumerate() {
            let replaced = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    fn leaves(prefix: &str, table: &toml::Table, into: &mut Vec<String>) {
        for (name, value) in table {
            let key = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
            match value {
                toml::Value::Table(inner) => leaves(&key, inner, into),
                _ => into.push(key),
            }
        }
    }

    #[test]
    fn every_key_is_explained_and_every_explained_key_exists() {
        let table = toml::Table::try_from(Config::default()).expect("the defaults are plain data");
        let mut have = Vec::new();
        leaves("", &table, &mut have);
        let mut told: Vec<String> = KEYS.iter().map(|(name, _)| (*name).to_owned()).collect();
        have.sort();
        told.sort();
        assert_eq!(have, told);
    }
}
