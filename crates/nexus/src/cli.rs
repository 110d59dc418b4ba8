//! The command line as people type it.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use nexus_core::{
    BusinessId, RunId, StatementId,
    business::Style,
    film::{Aspect, Resolution},
    journal::{Role, RunState},
};

use nexus_edit::cut::Rhythm;

use crate::config::EncoderName;

/// From raw footage and a guest's review to an approved, published brand film.
#[derive(Debug, Parser)]
#[command(name = "nexus", version, arg_required_else_help = true, propagate_version = true)]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
    /// For all commands.
    #[command(flatten)]
    pub(crate) global: Global,
}

/// Options of every command.
#[derive(Debug, Clone, Args)]
pub(crate) struct Global {
    /// Folder of everything durable: database, stored files, cache [default: ./nexus-data]
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// Configuration file [default: ./nexus.toml, when it is there]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Answers as JSON
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Runs ffmpeg without its jail: a hostile video could then read everything that you can
    #[arg(long, global = true)]
    pub(crate) insecure_no_sandbox: bool,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Makes a film from demo material (or your own), all nineteen arrows, offline
    Demo(DemoArguments),
    /// Serves API, portal and approval pages, and works on what comes in
    Up(UpArguments),
    /// Works on what others accepted, beside as many workers as there is to do
    Worker(WorkerArguments),
    /// Uploads clips and looks at them
    Ingest(IngestArguments),
    /// Finds shots by meaning
    Search(SearchArguments),
    /// Sends a review, as the webhook would
    Review {
        /// What to do with it.
        #[command(subcommand)]
        command: ReviewCommand,
    },
    /// What a brand is remembered by: lists, tells, edits, forgets
    Brand {
        /// What to do.
        #[command(subcommand)]
        command: BrandCommand,
    },
    /// Looks into runs
    Run {
        /// What to see.
        #[command(subcommand)]
        command: RunCommand,
    },
    /// Renders a Shotstack edit into a file
    Render(RenderArguments),
    /// Hears the beats, bars and parts of a track
    Beats(BeatsArguments),
    /// Says what is seen in clips and photos; stores nothing
    Tag(TagArguments),
    /// Sees for other machines: serves the contract of Banana and Potassium
    Vision(VisionArguments),
    /// Finds the shots of a clip and says what is in them; stores nothing
    Shots(ShotsArguments),
    /// Lists, fetches, checks and brings models that see and understand
    Models {
        /// What to do.
        #[command(subcommand)]
        command: ModelsCommand,
    },
    /// Saves the data folder, also while others work in it
    Backup(BackupArguments),
    /// Makes a data folder of a backup
    Restore(RestoreArguments),
    /// Brings the database's tables up to date, as every start does
    Migrate,
    /// Moves between databases
    Db {
        /// What to do.
        #[command(subcommand)]
        command: DbCommand,
    },
    /// Moves files into buckets
    Blobs {
        /// What to do.
        #[command(subcommand)]
        command: BlobsCommand,
    },
    /// Answers as a function of AWS Lambda, inside of it
    #[cfg(feature = "lambda")]
    Lambda {
        /// Which function
        #[arg(value_enum)]
        function: LambdaFunction,
    },
    /// Checks that this machine has what films need
    Doctor,
    /// Looks into the configuration
    Config {
        /// What to see.
        #[command(subcommand)]
        command: ConfigCommand,
    },
}

/// `nexus beats`
#[derive(Debug, Clone, Args)]
pub(crate) struct BeatsArguments {
    /// Music: MP3, AAC, WAV, FLAC, OGG, Opus, or a video with sound
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Writes a picture: waveform, beats, bars, parts and drops
    #[arg(long, value_name = "OUT.svg")]
    pub(crate) plot: Option<PathBuf>,
    /// Writes the music with a click on every beat, higher on downbeats
    #[arg(long, value_name = "OUT.wav")]
    pub(crate) click: Option<PathBuf>,
    /// Also tells where to cut: calm, classic, energetic, drop, beats:N, bars:N, phrases, energy or build-and-drop
    #[arg(long, value_name = "RHYTHM")]
    pub(crate) cuts: Option<Rhythm>,
    /// Shortest shot in seconds [default: the rhythm's own]
    #[arg(long, value_name = "SECONDS", requires = "cuts", value_parser = shot_length)]
    pub(crate) min_cut: Option<f64>,
    /// Longest shot in seconds [default: the rhythm's own]
    #[arg(long, value_name = "SECONDS", requires = "cuts", value_parser = shot_length)]
    pub(crate) max_cut: Option<f64>,
    /// A Beat This! network (ONNX) that hears instead of the built-in ear
    #[arg(long, value_name = "FILE.onnx")]
    pub(crate) model: Option<PathBuf>,
}

fn shot_length(words: &str) -> Result<f64, String> {
    let length = words.parse::<f64>().ok().filter(|length| (0.05..=3600.0).contains(length));
    length.ok_or_else(|| "expected seconds from 0.05 to 3600".to_owned())
}

/// `nexus tag`
#[derive(Debug, Clone, Args)]
pub(crate) struct TagArguments {
    /// Clips and photos, or folders of them
    #[arg(required = true, value_name = "FILE|DIR")]
    pub(crate) paths: Vec<PathBuf>,
    /// Also takes words from the names of the files, as `ingest` does
    #[arg(long)]
    pub(crate) names: bool,
}

/// `nexus shots`
#[derive(Debug, Clone, Args)]
pub(crate) struct ShotsArguments {
    /// A clip or photo
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Writes a contact sheet: a picture per shot with its tags
    #[arg(long, value_name = "OUT.jpg")]
    pub(crate) sheet: Option<PathBuf>,
}

/// `nexus models`
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum ModelsCommand {
    /// Every model that is known, and whether it is there
    List,
    /// Fetches models; goes on where an earlier try stopped
    Pull {
        /// Which; without names the small ones
        names: Vec<String>,
    },
    /// Compares every file with its SHA-256
    Verify,
    /// Copies files or folders of models into the folder of models
    Add {
        /// Files of known models, or folders with a whole model
        #[arg(required = true, value_name = "FILE|DIR")]
        paths: Vec<PathBuf>,
    },
}

/// `nexus demo`
#[derive(Debug, Clone, Args)]
pub(crate) struct DemoArguments {
    /// Where everything goes: material, data, film and run.json
    #[arg(long, default_value = "demo", value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// What this process works on: ingest, render, publish, or none where workers do [default: all]
    #[arg(long, value_name = "ROLES", value_parser = roles)]
    pub(crate) roles: Option<Roles>,
    /// Your own clips instead of the demo clips
    #[arg(long, value_name = "DIR")]
    pub(crate) footage: Option<PathBuf>,
    /// Your own track instead of the demo track
    #[arg(long, value_name = "FILE")]
    pub(crate) music: Option<PathBuf>,
    /// Your own review: JSON with id, rating, author, text, created_at, language
    #[arg(long, value_name = "FILE")]
    pub(crate) review: Option<PathBuf>,
    /// Your own business and brand: JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) business: Option<PathBuf>,
    /// Shape of the film [default: 9:16]
    #[arg(long, value_enum)]
    pub(crate) aspect: Option<AspectArgument>,
    /// Pixels of the film [default: 1080]
    #[arg(long, value_enum)]
    pub(crate) resolution: Option<ResolutionArgument>,
    /// Style of the film, or all of them: one film each of the same shots [default: the brand's own, else quiet]
    #[arg(long, value_enum)]
    pub(crate) style: Option<StyleArgument>,
    /// Same seed, same film [default: 1]
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// Approves the film, so that arrows 17 to 19 run too; the demo's undo time is 1 second
    #[arg(long)]
    pub(crate) approve: bool,
}

/// `nexus render`
#[derive(Debug, Clone, Args)]
pub(crate) struct RenderArguments {
    /// The edit: JSON as Shotstack's Edit API takes it
    #[arg(value_name = "EDIT.json")]
    pub(crate) edit: PathBuf,
    /// The file to write; its format is the edit's own
    #[arg(short, long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// JSON that maps each `src` of the edit to a local file
    #[arg(long, value_name = "MAP.json")]
    pub(crate) assets: Option<PathBuf>,
    /// Folder of finished pieces [default: cache/segments in the data folder]
    #[arg(long, value_name = "DIR")]
    pub(crate) cache: Option<PathBuf>,
    /// Pieces that are rendered at a time [default: from the configuration]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=64))]
    pub(crate) workers: Option<u8>,
    /// Encoder of pictures [default: from the configuration, x264]
    #[arg(long, value_enum)]
    pub(crate) encoder: Option<EncoderName>,
    /// Writes one frame as PNG, the one at this second of the timeline
    #[arg(long, value_name = "SECONDS")]
    pub(crate) frame: Option<f64>,
    /// Prints layers, sounds and pieces, and renders nothing
    #[arg(long)]
    pub(crate) explain: bool,
}

/// Styles as people type them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum StyleArgument {
    /// A serif, lots of air, dissolves
    Quiet,
    /// A grotesque on blocks of colour, crisp cuts
    Bright,
    /// Light on dark, a warm glow, a slow push
    Night,
    /// One film in each
    All,
}

impl StyleArgument {
    /// The styles to make films in.
    pub(crate) fn styles(self) -> Vec<Style> {
        match self {
            Self::Quiet => vec![Style::Quiet],
            Self::Bright => vec![Style::Bright],
            Self::Night => vec![Style::Night],
            Self::All => Style::ALL.to_vec(),
        }
    }
}

/// Shapes as people type them.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum AspectArgument {
    /// Phones
    #[value(name = "9:16")]
    Portrait,
    /// Screens
    #[value(name = "16:9")]
    Landscape,
    /// Feeds
    #[value(name = "1:1")]
    Square,
}

impl From<AspectArgument> for Aspect {
    fn from(argument: AspectArgument) -> Self {
        match argument {
            AspectArgument::Portrait => Self::Portrait,
            AspectArgument::Landscape => Self::Landscape,
            AspectArgument::Square => Self::Square,
        }
    }
}

/// Resolutions as people type them.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum ResolutionArgument {
    /// Short side 720
    #[value(name = "720")]
    Hd,
    /// Short side 1080
    #[value(name = "1080")]
    FullHd,
    /// Short side 2160
    #[value(name = "4k")]
    Uhd,
}

impl From<ResolutionArgument> for Resolution {
    fn from(argument: ResolutionArgument) -> Self {
        match argument {
            ResolutionArgument::Hd => Self::Hd,
            ResolutionArgument::FullHd => Self::FullHd,
            ResolutionArgument::Uhd => Self::Uhd,
        }
    }
}

/// `nexus up`
#[derive(Debug, Clone, Args)]
pub(crate) struct UpArguments {
    /// The track for films
    #[arg(long, value_name = "FILE")]
    pub(crate) music: Option<PathBuf>,
    /// Address and port [default: 127.0.0.1:8787]
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) listen: Option<String>,
    /// What it works on besides serving: ingest, render, publish with commas between, or none [default: all]
    #[arg(long, value_name = "ROLES", value_parser = roles)]
    pub(crate) roles: Option<Roles>,
}

/// `nexus worker`
#[derive(Debug, Clone, Args)]
pub(crate) struct WorkerArguments {
    /// What it works on: ingest, render, publish, with commas between
    #[arg(long, value_name = "ROLES", value_parser = roles, default_value = "ingest,render,publish")]
    pub(crate) roles: Roles,
}

/// Roles as they are typed.
#[derive(Debug, Clone)]
pub(crate) struct Roles(pub(crate) Vec<Role>);

fn roles(words: &str) -> Result<Roles, String> {
    crate::hands::roles(words).map(Roles)
}

/// `nexus lambda`
#[cfg(feature = "lambda")]
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum LambdaFunction {
    /// Looks at uploads: events of S3, straight or through SQS
    Vision,
    /// Hears the beats of a track: {"bucket": ..., "key": ...}
    Beats,
}

/// `nexus db`
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum DbCommand {
    /// Copies every row into an empty database; nothing is changed where it comes from
    Copy {
        /// Address of the database that is there: sqlite: (in the data folder) or postgres://...
        #[arg(long, value_name = "URL", default_value = "sqlite:")]
        from: String,
        /// Address of the empty one
        #[arg(long, value_name = "URL")]
        to: String,
    },
}

/// `nexus blobs`
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum BlobsCommand {
    /// Copies every file of the data folder into the buckets that blobs.raw and blobs.final name; run again, it goes on
    Copy,
}

/// `nexus backup`
#[derive(Debug, Clone, Args)]
pub(crate) struct BackupArguments {
    /// Folder of the backup; one that is there is brought up to date
    #[arg(long, value_name = "DIR")]
    pub(crate) to: PathBuf,
}

/// `nexus restore`
#[derive(Debug, Clone, Args)]
pub(crate) struct RestoreArguments {
    /// Folder of the backup
    #[arg(long, value_name = "DIR")]
    pub(crate) from: PathBuf,
}

/// `nexus ingest`
#[derive(Debug, Clone, Args)]
pub(crate) struct IngestArguments {
    /// Clips, or folders of clips
    #[arg(required = true, value_name = "FILE|DIR")]
    pub(crate) paths: Vec<PathBuf>,
    /// Whose; may be left out when there is one business
    #[arg(long, value_name = "ID")]
    pub(crate) business: Option<BusinessId>,
    /// A word for all of these clips; may be given several times
    #[arg(long = "tag", value_name = "WORD")]
    pub(crate) tags: Vec<String>,
    /// Waits until every clip has been looked at
    #[arg(long)]
    pub(crate) wait: bool,
}

/// `nexus vision`
#[derive(Debug, Clone, Args)]
pub(crate) struct VisionArguments {
    /// Address and port; beyond this machine only with banana.key
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8000")]
    pub(crate) listen: String,
}

/// `nexus search`
#[derive(Debug, Clone, Args)]
pub(crate) struct SearchArguments {
    /// What should be seen, in plain words
    pub(crate) query: String,
    /// Whose; may be left out when there is one business
    #[arg(long, value_name = "ID")]
    pub(crate) business: Option<BusinessId>,
    /// At most that many
    #[arg(long, default_value_t = 12)]
    pub(crate) limit: usize,
}

/// `nexus review`
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum ReviewCommand {
    /// Sends a review file; the same review again makes no second film
    Send {
        /// JSON with id, rating, author, text, created_at, language
        file: PathBuf,
        /// Whose; may be left out when there is one business
        #[arg(long, value_name = "ID")]
        business: Option<BusinessId>,
        /// The track [default: that of the last film]
        #[arg(long, value_name = "FILE")]
        music: Option<PathBuf>,
        /// Makes the film now and waits until it awaits approval
        #[arg(long)]
        wait: bool,
    },
}

/// `nexus brand`
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum BrandCommand {
    /// Every statement with what it rests on, the surest first
    List {
        /// Whose; may be left out when there is one business
        #[arg(long, value_name = "ID")]
        business: Option<BusinessId>,
    },
    /// Tells it something: "Fewer neon signs", "Never say cheap", or a whole document
    Add {
        /// One or more sentences
        words: Option<String>,
        /// A document on the brand's voice, plain text
        #[arg(long, value_name = "FILE", conflicts_with = "words")]
        file: Option<PathBuf>,
        /// Whose; may be left out when there is one business
        #[arg(long, value_name = "ID")]
        business: Option<BusinessId>,
    },
    /// Makes a statement say something else; what is learnt later does not change it
    Edit {
        /// Its id
        statement: StatementId,
        /// What it says from now on
        text: String,
        /// Whose; may be left out when there is one business
        #[arg(long, value_name = "ID")]
        business: Option<BusinessId>,
    },
    /// Forgets a statement and what it rests on; only what happens later may bring it back
    Forget {
        /// Its id
        statement: StatementId,
        /// Whose; may be left out when there is one business
        #[arg(long, value_name = "ID")]
        business: Option<BusinessId>,
    },
    /// The statements nearest in meaning to a question
    Recall {
        /// In plain words
        question: String,
        /// At most that many
        #[arg(long, default_value_t = 5)]
        limit: usize,
        /// Whose; may be left out when there is one business
        #[arg(long, value_name = "ID")]
        business: Option<BusinessId>,
    },
}

/// `nexus run`
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum RunCommand {
    /// Newest runs first
    List {
        /// Only in this state: ready, running, waiting, done, failed, cancelled
        #[arg(long, value_parser = parse_state)]
        state: Option<RunState>,
        /// At most that many
        #[arg(long, default_value_t = 30)]
        limit: u32,
    },
    /// One run with its steps
    Show {
        /// Its id
        run: RunId,
    },
    /// Makes a failed or cancelled run go on, on request from an arrow on
    Retry {
        /// Its id; without one, every run that failed
        #[arg(required_unless_present = "all_failed")]
        run: Option<RunId>,
        /// Every run that failed
        #[arg(long, conflicts_with = "run")]
        all_failed: bool,
        /// Forget this arrow and all later ones first
        #[arg(long, value_name = "ARROW", value_parser = clap::value_parser!(u8).range(1..=19))]
        from: Option<u8>,
    },
    /// Ends a run and everything below it; `retry` takes it up again
    Cancel {
        /// Its id
        run: RunId,
    },
}

fn parse_state(word: &str) -> Result<RunState, String> {
    RunState::parse(word).ok_or_else(|| "expected ready, running, waiting, done, failed or cancelled".to_owned())
}

/// `nexus config`
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum ConfigCommand {
    /// The configuration as it is in effect
    Show,
    /// Lists every mistake
    Check,
    /// What a key means, or all keys
    Explain {
        /// For instance approval.undo_s, or a section
        key: Option<String>,
    },
}
