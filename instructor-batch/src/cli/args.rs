//! The arguments of every command.

use std::num::NonZeroU32;
use std::path::PathBuf;

use clap::{Args as Group, Parser, Subcommand, ValueEnum};
use instructor_core::Mode;

use super::client::mode;
use super::exit::CODES;

/// Structured extraction: from text to JSON that fits a schema, one text at a time or a million.
#[derive(Debug, Parser)]
#[command(name = "instructor", version, after_help = CODES, propagate_version = true)]
pub(super) struct Args {
    /// Print one JSON document (or JSON Lines) for machines.
    #[arg(long, global = true)]
    pub(super) json: bool,
    #[command(subcommand)]
    pub(super) verb: Verb,
}

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Look at the schema.
    #[command(subcommand)]
    Schema(SchemaVerb),
    /// Extract from one text, now.
    Extract(ExtractArgs),
    /// Extract from many texts, without losing one or paying for one twice.
    #[command(subcommand)]
    Run(RunVerb),
    /// Look after batch jobs at a service.
    #[command(subcommand)]
    Batch(BatchVerb),
}

#[derive(Debug, Subcommand)]
pub(super) enum SchemaVerb {
    /// Which services can express the schema, and what they cannot.
    Check {
        /// The JSON Schema.
        #[arg(long, value_name = "FILE")]
        schema: Option<PathBuf>,
        /// Only this service.
        #[arg(long, default_value = "all")]
        provider: String,
        /// Every mode of a service must take the schema; otherwise one is enough.
        #[arg(long)]
        strict: bool,
    },
    /// The schema as it is sent.
    Show {
        /// The JSON Schema.
        #[arg(long, value_name = "FILE")]
        schema: Option<PathBuf>,
        /// As this service is told of it.
        #[arg(long)]
        provider: Option<String>,
        /// In this mode; by default the service's usual one.
        #[arg(long, value_parser = mode, requires = "provider")]
        mode: Option<Mode>,
    },
}

#[derive(Debug, Group)]
pub(super) struct ExtractArgs {
    /// The text, or `-` for stdin.
    pub(super) text: PathBuf,
    /// The JSON Schema.
    #[arg(long, value_name = "FILE")]
    pub(super) schema: Option<PathBuf>,
    /// The model, as `provider/model`; `offline` needs no key.
    #[arg(long)]
    pub(super) model: String,
    #[command(flatten)]
    pub(super) service: Service,
    #[command(flatten)]
    pub(super) question: Question,
    /// How often a wrong answer is asked for again.
    #[arg(long, value_name = "N")]
    pub(super) max_reasks: Option<u32>,
}

/// Where the service is.
#[derive(Debug, Clone, Default, Group)]
pub(super) struct Service {
    /// Where the service is, if not at its own address.
    #[arg(long, value_name = "URL")]
    pub(super) base_url: Option<String>,
}

/// How it is asked.
#[derive(Debug, Group)]
pub(super) struct Question {
    /// What the model is told before everything else.
    #[arg(long, value_name = "TEXT")]
    pub(super) system: Option<String>,
    /// How the answer is asked for; by default the service's usual way.
    #[arg(long, value_parser = mode)]
    pub(super) mode: Option<Mode>,
    /// How freely the model chooses its words.
    #[arg(long, value_name = "N")]
    pub(super) temperature: Option<f64>,
    /// The longest answer.
    #[arg(long, value_name = "N")]
    pub(super) max_tokens: Option<u32>,
}

#[derive(Debug, Subcommand)]
pub(super) enum RunVerb {
    /// Read all rows and keep them in a directory; nothing is sent.
    Create(CreateArgs),
    /// Create the run if it is not there, and work on it until every row has an outcome.
    Start(StartArgs),
    /// How far a run is.
    Status(RunArgs),
    /// Go on with a run.
    Resume(RunArgs),
    /// The results.
    Results(ResultsArgs),
    /// End a run: cancel its jobs and collect what they did.
    Cancel(RunArgs),
    /// Rows, outcomes, tokens, cost and time.
    Receipt(RunArgs),
    /// One HTML page about a run.
    Report(ReportArgs),
    /// Let rows that failed wait again, for `resume`.
    Retry(RetryArgs),
    /// What is left to do will take.
    Plan(RunArgs),
}

/// A run that is there.
#[derive(Debug, Clone, Group)]
pub(super) struct RunArgs {
    /// The directory of the run.
    #[arg(value_name = "DIR")]
    pub(super) dir: PathBuf,
    /// The JSON Schema, if it is not in the directory.
    #[arg(long, value_name = "FILE")]
    pub(super) schema: Option<PathBuf>,
    #[command(flatten)]
    pub(super) service: Service,
}

/// What a new run asks, and of what.
#[derive(Debug, Group)]
pub(super) struct CreateArgs {
    #[command(flatten)]
    pub(super) run: RunArgs,
    /// The rows: a `.jsonl`, `.csv` or `.parquet` file, or a `.txt` file with a row on each line.
    #[arg(long, value_name = "FILE")]
    pub(super) source: PathBuf,
    /// The model, as `provider/model`; `offline` needs no key.
    #[arg(long)]
    pub(super) model: String,
    #[command(flatten)]
    pub(super) create: Create,
}

/// What `start` needs if the run is not there.
#[derive(Debug, Group)]
pub(super) struct StartArgs {
    #[command(flatten)]
    pub(super) run: RunArgs,
    /// The rows, if the run is not there yet.
    #[arg(long, value_name = "FILE", requires = "model")]
    pub(super) source: Option<PathBuf>,
    /// The model, if the run is not there yet; `offline` needs no key.
    #[arg(long, requires = "source")]
    pub(super) model: Option<String>,
    #[command(flatten)]
    pub(super) create: Create,
}

#[derive(Debug, Group)]
pub(super) struct Create {
    #[command(flatten)]
    pub(super) columns: Columns,
    #[command(flatten)]
    pub(super) question: Question,
    /// How the run reaches the model.
    #[arg(long, value_enum, default_value_t = EngineName::Batch)]
    pub(super) engine: EngineName,
    /// With `--engine online`: how many requests are under way at a time.
    #[arg(long, value_name = "N", default_value_t = 8)]
    pub(super) concurrency: u32,
    /// With `--engine online`: how many requests may begin in a minute.
    #[arg(long, value_name = "N")]
    pub(super) rpm: Option<NonZeroU32>,
    /// With `--engine online`: how many tokens they may have in a minute.
    #[arg(long, value_name = "N")]
    pub(super) tpm: Option<NonZeroU32>,
    /// How often a row is sent at most.
    #[arg(long, value_name = "N", default_value_t = 3)]
    pub(super) max_rounds: u32,
    /// The most rows of a job.
    #[arg(long, value_name = "N")]
    pub(super) shard_rows: Option<u64>,
    /// What a million tokens of questions cost.
    #[arg(long, value_name = "PRICE", requires = "price_out")]
    pub(super) price_in: Option<f64>,
    /// What a million tokens of answers cost.
    #[arg(long, value_name = "PRICE", requires = "price_in")]
    pub(super) price_out: Option<f64>,
    /// Send one row alone before all others, and stop if it fails.
    #[arg(long)]
    pub(super) canary: bool,
    /// Only say what it would take.
    #[arg(long)]
    pub(super) dry_run: bool,
}

/// What stands where in a file of rows.
#[derive(Debug, Group)]
pub(super) struct Columns {
    /// The column with the keys; otherwise rows are numbered from 0.
    #[arg(long, value_name = "COLUMN")]
    pub(super) key: Option<String>,
    /// The column with the texts.
    #[arg(long, value_name = "COLUMN", conflicts_with_all = ["prompt", "messages"])]
    pub(super) text: Option<String>,
    /// The text, with columns in braces: `Title: {title}`.
    #[arg(long, value_name = "TEMPLATE", conflicts_with = "messages")]
    pub(super) prompt: Option<String>,
    /// The column with lists of messages.
    #[arg(long, value_name = "COLUMN")]
    pub(super) messages: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum EngineName {
    /// The service's batch API.
    Batch,
    /// One request for each row, now.
    Online,
    /// Files that another engine takes, such as `vllm run-batch`.
    File,
}

#[derive(Debug, Group)]
pub(super) struct ResultsArgs {
    #[command(flatten)]
    pub(super) run: RunArgs,
    /// The file: `.jsonl`, `.csv` or `.parquet`; otherwise all rows as JSON Lines on stdout.
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
    /// Where rows go that failed: `beside` into `<FILE>.failed.jsonl`, `among` the others, `nowhere`,
    /// or a file.
    #[arg(long, value_name = "WHERE", default_value = "beside", requires = "output")]
    pub(super) failed: String,
}

#[derive(Debug, Group)]
pub(super) struct ReportArgs {
    #[command(flatten)]
    pub(super) run: RunArgs,
    /// The page.
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: PathBuf,
    /// How many of the rows that failed are shown.
    #[arg(long, value_name = "N", default_value_t = 500)]
    pub(super) rows: usize,
}

#[derive(Debug, Group)]
pub(super) struct RetryArgs {
    #[command(flatten)]
    pub(super) run: RunArgs,
    /// Only rows that ended like this, such as `invalid,truncated`; otherwise all that failed.
    #[arg(long, value_name = "OUTCOMES", value_delimiter = ',')]
    pub(super) outcome: Vec<String>,
}

#[derive(Debug, Subcommand)]
pub(super) enum BatchVerb {
    /// The latest jobs.
    List {
        #[command(flatten)]
        at: BatchAt,
        /// How many.
        #[arg(long, value_name = "N", default_value_t = 20)]
        limit: usize,
    },
    /// The state of a job.
    Show {
        /// The service's id of the job.
        id: String,
        #[command(flatten)]
        at: BatchAt,
    },
    /// End a job.
    Cancel {
        /// The service's id of the job.
        id: String,
        #[command(flatten)]
        at: BatchAt,
    },
    /// Everything that came back, whatever the state.
    Download {
        /// The service's id of the job.
        id: String,
        #[command(flatten)]
        at: BatchAt,
        /// The file of results; lines that failed go into `<FILE>.errors.jsonl` where the service
        /// keeps them apart.
        #[arg(short, long, value_name = "FILE")]
        output: PathBuf,
    },
    /// Delete a job, where the service can.
    Delete {
        /// The service's id of the job.
        id: String,
        #[command(flatten)]
        at: BatchAt,
    },
}

/// Whose jobs.
#[derive(Debug, Group)]
pub(super) struct BatchAt {
    /// The service, such as `openai`.
    #[arg(long, value_name = "NAME")]
    pub(super) provider: String,
    #[command(flatten)]
    pub(super) service: Service,
}
