//! What the server knows: files, jobs, what was asked, what was paid for.

use std::collections::{BTreeMap, HashMap};
use std::time::SystemTime;

use serde_json::Value;

use super::answer::{self, Answer, Item};
use super::plan::{self, Call, Chaos, End, Fault, JobPlan};
use super::wire::Wire;

/// What is wrong with a job or one of its lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub code: &'static str,
    pub message: String,
    pub line: Option<u64>,
}

/// One line of a job.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) custom_id: String,
    pub(super) body: Value,
}

/// What a request to create a job says.
#[derive(Debug, Default)]
pub(super) struct Order {
    pub(super) input: Option<String>,
    pub(super) lines: Vec<Line>,
    pub(super) label: Option<String>,
    pub(super) model: String,
    pub(super) endpoint: String,
    /// What is told again as it came.
    pub(super) metadata: Value,
    pub(super) problems: Vec<Problem>,
}

/// Where a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    Validating,
    Running,
    Finalizing,
    Cancelling,
    Completed,
    Failed,
    Expired,
    Cancelled,
}

impl Phase {
    pub fn is_over(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Expired | Self::Cancelled)
    }

    /// Whether nothing of it was done.
    pub fn is_failed(self) -> bool {
        self == Self::Failed
    }
}

/// A job as the server sees it.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "they do not depend on each other")]
pub struct Job {
    pub number: usize,
    pub id: String,
    pub label: Option<String>,
    pub phase: Phase,
    pub custom_ids: Vec<String>,
    /// Its end was told to the client.
    pub told: bool,
    /// The results were sent to the last byte.
    pub fetched_output: bool,
    /// The lines that failed were sent to the last byte.
    pub fetched_errors: bool,
    pub deleted: bool,
    pub(super) model: String,
    pub(super) endpoint: String,
    pub(super) metadata: Value,
    pub(super) input: Option<String>,
    pub(super) output: Option<String>,
    pub(super) errors: Option<String>,
    pub(super) created: SystemTime,
    pub(super) plan: JobPlan,
    pub(super) problems: Vec<Problem>,
    /// The word that is told instead of the phase.
    pub(super) odd: Option<&'static str>,
    /// Good, failed, expired and cancelled lines.
    pub(super) counts: [usize; 4],
    lines: Vec<Line>,
    polls: u32,
    pub(super) lists: u32,
    over_for: u32,
}

impl Job {
    /// Whether the results are told already.
    pub(super) fn shows_results(&self) -> bool {
        self.phase.is_over() && self.over_for > self.plan.late_output
    }

    /// Whether something of it was paid for and never fetched, or it was never looked at.
    pub fn is_orphan(&self) -> bool {
        let [.., failed, expired, cancelled] = self.counts;
        let no_errors = self.errors.is_none() || failed + expired + cancelled == 0;
        let fetched =
            (self.output.is_none() || self.fetched_output) && (no_errors || self.fetched_errors);
        let known = self.phase.is_over() && self.told && fetched;
        !(known || self.deleted)
    }
}

/// One request that was executed and is on the bill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paid {
    pub custom_id: String,
    /// The first text of the user.
    pub text: String,
    /// How many wrong answers were in the conversation.
    pub turn: usize,
    pub right: bool,
    /// The job's id; nothing for a request alone.
    pub job: Option<String>,
}

/// One call.
#[derive(Debug, Clone)]
pub struct Record {
    pub call: Call,
    pub method: String,
    pub path: String,
    pub headers: HashMap<String, String>,
    pub body: Vec<u8>,
    pub fault: Option<Fault>,
}

/// What a stored file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Input,
    Output,
    Errors,
}

#[derive(Debug)]
pub(super) struct Stored {
    pub(super) kind: Kind,
    pub(super) name: String,
    pub(super) bytes: Vec<u8>,
    /// The job that it is of.
    pub(super) job: Option<usize>,
}

/// The function that stands for the model.
pub(super) type Answerer = dyn Fn(&Item<'_>) -> Answer + Send + Sync;

#[derive(Debug)]
pub(super) struct State {
    pub(super) files: BTreeMap<String, Stored>,
    pub(super) jobs: Vec<Job>,
    pub(super) calls: HashMap<Call, usize>,
    pub(super) faults: Vec<(Call, usize, Fault)>,
    pub(super) chaos: Option<Chaos>,
    pub(super) plan: JobPlan,
    pub(super) plans: HashMap<usize, JobPlan>,
    pub(super) records: Vec<Record>,
    pub(super) paid: Vec<Paid>,
    pub(super) tries: HashMap<String, usize>,
    /// The most jobs of one page.
    pub(super) page: usize,
    /// The most lines that may wait in all jobs together.
    pub(super) queue: usize,
}

impl Default for State {
    fn default() -> Self {
        Self {
            files: BTreeMap::new(),
            jobs: Vec::new(),
            calls: HashMap::new(),
            faults: Vec::new(),
            chaos: None,
            plan: JobPlan::default(),
            plans: HashMap::new(),
            records: Vec::new(),
            paid: Vec::new(),
            tries: HashMap::new(),
            page: 20,
            queue: usize::MAX,
        }
    }
}

impl State {
    /// Counts the call and says what goes wrong in it.
    pub(super) fn call(&mut self, call: Call) -> Option<Fault> {
        let count = self.calls.entry(call).or_default();
        let number = std::mem::replace(count, *count + 1);
        let set = self.faults.iter().find(|(of, nth, _)| *of == call && *nth == number);
        set.map(|(.., fault)| fault.clone())
            .or_else(|| self.chaos.and_then(|chaos| chaos.fault(call, number)))
    }

    pub(super) fn store(&mut self, id: String, kind: Kind, name: &str, bytes: Vec<u8>) {
        self.files.insert(id, Stored { kind, name: name.to_owned(), bytes, job: None });
    }

    pub(super) fn job(&self, id: &str) -> Option<usize> {
        self.jobs.iter().position(|job| job.id == id && !job.deleted)
    }

    /// A new job.
    pub(super) fn create(&mut self, id: String, order: Order) -> usize {
        let number = self.jobs.len();
        let mut plan = self.plans.get(&number).unwrap_or(&self.plan).clone();
        let waiting = self.jobs.iter().filter(|job| !job.phase.is_over());
        let waiting: usize = waiting.map(|job| job.lines.len()).sum();
        if waiting + order.lines.len() > self.queue && waiting > 0 {
            plan.end = End::TokenLimit;
        }
        self.jobs.push(Job {
            number,
            id,
            label: order.label,
            phase: Phase::Validating,
            custom_ids: order.lines.iter().map(|line| line.custom_id.clone()).collect(),
            told: false,
            fetched_output: false,
            fetched_errors: false,
            deleted: false,
            model: order.model,
            endpoint: order.endpoint,
            metadata: order.metadata,
            input: order.input,
            output: None,
            errors: None,
            created: SystemTime::now(),
            odd: plan.odd.first().copied(),
            plan,
            problems: order.problems,
            counts: [0; 4],
            lines: order.lines,
            polls: 0,
            lists: 0,
            over_for: 0,
        });
        number
    }

    /// Time goes on for a job, because somebody looks at it.
    pub(super) fn advance(&mut self, number: usize, wire: &dyn Wire, answerer: &Answerer) {
        let job = &mut self.jobs[number];
        if job.phase.is_over() {
            job.over_for += 1;
            return;
        }
        job.polls += 1;
        let step = job.polls as usize;
        job.odd = job.plan.odd.get(step).copied();
        let steps = job.plan.polls.max(u32::try_from(job.plan.odd.len()).unwrap_or(0));
        let refused = !job.problems.is_empty();
        let end = match (&job.plan.end, job.phase) {
            (_, Phase::Cancelling) => End::Cancelled(job.plan.done_when_cancelled),
            _ if refused => End::Failed("", None),
            (end, _) => end.clone(),
        };
        if job.phase != Phase::Cancelling && job.polls < steps {
            let finalizing = job.polls + 1 == steps && steps > 2;
            job.phase = if finalizing { Phase::Finalizing } else { Phase::Running };
            return;
        }
        job.over_for = 1;
        job.odd = None;
        let problem = match &end {
            End::Failed(code, line) if !refused => {
                Some(Problem { code, message: "The batch is wrong.".to_owned(), line: *line })
            }
            End::TokenLimit => Some(Problem {
                code: "token_limit_exceeded",
                message: "Enqueued token limit reached for this model.".to_owned(),
                line: None,
            }),
            _ => None,
        };
        job.problems.extend(problem);
        job.phase = match end {
            End::Completed => Phase::Completed,
            End::Expired(_) => Phase::Expired,
            End::Cancelled(_) => Phase::Cancelled,
            End::Failed(..) | End::TokenLimit => Phase::Failed,
        };
        self.execute(number, &end, wire, answerer);
    }

    /// Runs the lines of a job that is over, and writes its files.
    fn execute(&mut self, number: usize, end: &End, wire: &dyn Wire, answerer: &Answerer) {
        if matches!(end, End::Failed(..) | End::TokenLimit) {
            return;
        }
        let job = self.jobs[number].clone();
        let (mut output, mut errors, mut counts) = (Vec::new(), Vec::new(), [0; 4]);
        for (n, line) in job.lines.iter().enumerate() {
            let answer = match end {
                End::Expired(done) if n >= *done => Answer::Expired,
                End::Cancelled(done) if n >= *done => Answer::Cancelled,
                _ => self.answer(&line.custom_id, &line.body, Some(&job.id), answerer),
            };
            let not_done = matches!(answer, Answer::Expired | Answer::Cancelled);
            counts[match answer {
                Answer::Expired => 2,
                Answer::Cancelled => 3,
                _ if answer.is_paid() => 0,
                _ => 1,
            }] += 1;
            if answer == Answer::Nothing || not_done && job.plan.silent {
                continue;
            }
            match wire.line(line, &answer) {
                Some((Kind::Errors, line)) => errors.push(line.to_string().into_bytes()),
                Some((_, line)) => output.push(line.to_string().into_bytes()),
                None => {}
            }
        }
        let mut file = |kind, lines: Vec<Vec<u8>>, edits| {
            let empty = kind == Kind::Errors && wire.writes_empty_errors();
            if lines.is_empty() && !empty || !wire.keeps_results(end) {
                return None;
            }
            let id = wire.file_id(kind, number);
            let (name, bytes) = (format!("{id}.jsonl"), plan::write(lines, edits));
            self.files.insert(id.clone(), Stored { kind, name, bytes, job: Some(number) });
            Some(id)
        };
        let output = file(Kind::Output, output, &job.plan.output);
        let errors = file(Kind::Errors, errors, &job.plan.errors);
        let job = &mut self.jobs[number];
        (job.output, job.errors, job.counts) = (output, errors, counts);
    }

    /// Asks the model, and writes the bill.
    pub(super) fn answer(
        &mut self,
        custom_id: &str,
        body: &Value,
        job: Option<&str>,
        answerer: &Answerer,
    ) -> Answer {
        let (text, turn) = answer::row(body);
        let tries = self.tries.entry(text.clone()).or_default();
        let item = Item { custom_id, body, text: &text, turn, tries: *tries };
        let answer = answerer(&item);
        *tries += 1;
        if answer.is_paid() {
            let (custom_id, job) = (custom_id.to_owned(), job.map(str::to_owned));
            let right = matches!(answer, Answer::Right(_));
            self.paid.push(Paid { custom_id, text, turn, right, job });
        }
        answer
    }
}
