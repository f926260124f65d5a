//! The server: one thread for each connection, one state for all.

use std::io::{BufReader, Read};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;

use serde_json::json;

use super::KEY;
use super::answer::{Answer, Item};
use super::http::{self, Asked, Said};
use super::plan::{Call, Chaos, Fault, JobPlan};
use super::state::{Answerer, Job, Kind, Paid, Phase, Record, State};
use super::wire::{Family, Route, Wire};

/// A service on loopback. Other processes may use it as well.
pub struct Server {
    shared: Arc<Shared>,
}

struct Shared {
    port: u16,
    family: Family,
    wire: Box<dyn Wire>,
    answerer: Box<Answerer>,
    state: Mutex<State>,
    stopped: AtomicBool,
}

impl Server {
    /// A service that answers every request with what the function says.
    pub fn start(
        family: Family,
        answerer: impl Fn(&Item<'_>) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let shared = Arc::new(Shared {
            port: listener.local_addr().unwrap().port(),
            family,
            wire: family.wire(),
            answerer: Box::new(answerer),
            state: Mutex::default(),
            stopped: AtomicBool::new(false),
        });
        let own = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if shared.stopped.load(Ordering::Relaxed) {
                    return;
                }
                let shared = Arc::clone(&shared);
                thread::spawn(move || shared.serve(stream));
            }
        });
        Self { shared: own }
    }

    pub fn port(&self) -> u16 {
        self.shared.port
    }

    pub fn family(&self) -> Family {
        self.shared.family
    }

    /// The base address that a client is given.
    pub fn url(&self) -> String {
        self.shared.family.base_url(self.shared.port)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state()
    }

    /// The life of all jobs to come that have no plan of their own.
    pub fn plan(&self, plan: JobPlan) -> &Self {
        self.state().plan = plan;
        self
    }

    /// The life of the job with this number, from 0.
    pub fn plan_of(&self, job: usize, plan: JobPlan) -> &Self {
        self.state().plans.insert(job, plan);
        self
    }

    /// What goes wrong in one call: the number, from 0, counts the calls of that kind.
    pub fn fault(&self, call: Call, number: usize, fault: Fault) -> &Self {
        self.state().faults.push((call, number, fault));
        self
    }

    /// Nothing goes wrong in calls any more.
    pub fn no_faults(&self) -> &Self {
        self.state().faults.clear();
        self
    }

    /// What goes wrong in calls that have no fault of their own.
    pub fn chaos(&self, chaos: Option<Chaos>) -> &Self {
        self.state().chaos = chaos;
        self
    }

    /// The most jobs of one page of a list.
    pub fn page(&self, jobs: usize) -> &Self {
        self.state().page = jobs;
        self
    }

    /// The most lines that may wait in all jobs together; a job above it fails.
    pub fn queue(&self, lines: usize) -> &Self {
        self.state().queue = lines;
        self
    }

    pub fn jobs(&self) -> Vec<Job> {
        self.state().jobs.clone()
    }

    /// The jobs that cost something and whose results nobody has.
    pub fn orphans(&self) -> Vec<Job> {
        self.state().jobs.iter().filter(|job| job.is_orphan()).cloned().collect()
    }

    pub fn paid(&self) -> Vec<Paid> {
        self.state().paid.clone()
    }

    /// What was asked, in its order.
    pub fn records(&self) -> Vec<Record> {
        self.state().records.clone()
    }

    /// How many calls of a kind there were.
    pub fn count(&self, call: Call) -> usize {
        self.state().calls.get(&call).copied().unwrap_or(0)
    }

    /// How many calls there were.
    pub fn calls(&self) -> usize {
        self.state().calls.values().sum()
    }

    /// The ids of all files of lines that were uploaded.
    pub fn uploads(&self) -> Vec<String> {
        let state = self.state();
        let uploads = state.files.iter().filter(|(_, file)| file.kind == Kind::Input);
        uploads.map(|(id, _)| id.clone()).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::Relaxed);
        // Wakes the thread that waits for connections.
        drop(TcpStream::connect(("127.0.0.1", self.shared.port)));
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn serve(&self, mut stream: TcpStream) {
        let _ = stream.set_nodelay(true);
        let Ok(reading) = stream.try_clone() else { return };
        let mut reader = BufReader::new(reading);
        while let Some(mut asked) = http::head(&mut reader) {
            let route = self.wire.route(&asked);
            let (call, fault) = {
                let mut state = self.state();
                let call = state.kind(&route);
                (call, state.call(call))
            };
            let cut = fault == Some(Fault::CutUpload);
            let Some(body) = http::body(&mut reader, &asked, cut) else { return };
            asked.body = body;
            self.state().records.push(Record {
                call,
                method: asked.method.clone(),
                path: asked.path.clone(),
                headers: asked.headers.clone(),
                body: asked.body.clone(),
                fault: fault.clone(),
            });
            let said = match &fault {
                Some(Fault::CutUpload) => return,
                Some(Fault::Deaf) => return wait(&mut stream),
                Some(fault) if self.refused(fault).is_some() => self.refused(fault),
                _ => {
                    let whole = fault.is_none();
                    Some(self.answer(&asked, &route, whole))
                }
            };
            let said = said.unwrap_or_default();
            match fault {
                Some(Fault::Lost) => return,
                Some(Fault::Silence) => return wait(&mut stream),
                Some(Fault::Cut) => {
                    let _ = said.write(&mut stream, true);
                    return;
                }
                _ if said.write(&mut stream, false).is_err() => return,
                _ => {}
            }
        }
    }

    /// The response to a call that is not done.
    fn refused(&self, fault: &Fault) -> Option<Said> {
        let error = |status| self.error(status, "The service says no.");
        match fault {
            Fault::Status(status) => Some(error(*status)),
            Fault::Body(status, body) => {
                Some(Said { status: *status, body: body.clone().into_bytes(), ..Said::default() })
            }
            Fault::TooMany(wait) => {
                let mut said = error(429);
                said.headers.extend(wait.map(|seconds| ("retry-after", seconds.to_string())));
                Some(said)
            }
            Fault::Page => {
                let body = b"<html><body>It works!</body></html>".to_vec();
                Some(Said { status: 200, body, ..Said::default() })
            }
            _ => None,
        }
    }

    fn error(&self, status: u16, message: &str) -> Said {
        Said::json(status, &self.wire.error(status, "", message))
    }

    /// The response to a call; `whole` if it will be sent to the last byte.
    fn answer(&self, asked: &Asked, route: &Route, whole: bool) -> Said {
        if self.wire.key(asked) != Some(KEY) {
            return self.error(401, &format!("Wrong key: {KEY}"));
        }
        let mut state = self.state();
        let state = &mut *state;
        match route {
            Route::Unknown => self.error(404, "There is no such address."),
            Route::Single => {
                let body = asked.json();
                let answer = state.answer("", &body, None, &*self.answerer);
                match (self.wire.reply(asked, &body, &answer), answer) {
                    (Some(reply), _) => Said::json(200, &reply),
                    (None, Answer::Error(status, code, message)) => {
                        Said::json(status, &self.wire.error(status, code, message))
                    }
                    _ => self.error(500, "Nothing came of it."),
                }
            }
            Route::Begin => {
                let to = format!("{}/upload/next?upload_id=1", origin(self.port));
                let headers = vec![("x-goog-upload-url", to)];
                Said { status: 200, headers, ..Said::default() }
            }
            Route::Upload => self.upload(asked, state),
            Route::File(id) if asked.method == "DELETE" => match state.files.remove(id) {
                Some(_) => Said::json(200, &json!({"id": id, "object": "file", "deleted": true})),
                None => self.error(404, "There is no such file."),
            },
            Route::File(id) => match state.files.get(id) {
                Some(file) => Said::json(200, &self.wire.file(id, &file.name, file.bytes.len())),
                None => self.error(404, "There is no such file."),
            },
            Route::Content(id) => self.content(id, state, whole),
            Route::Create => self.create(asked, state),
            Route::List => {
                let (page, jobs) = (state.page, &mut state.jobs);
                for job in jobs.iter_mut() {
                    job.lists += 1;
                }
                let shown = jobs.iter().filter(|job| job.lists > job.plan.hidden && !job.deleted);
                let newest: Vec<&Job> = shown.rev().collect();
                Said::json(200, &self.wire.list(&newest, asked, page, &origin(self.port)))
            }
            Route::Status(id) | Route::Cancel(id) | Route::Delete(id) => {
                let Some(number) = state.job(id) else {
                    return self.error(404, "There is no such batch.");
                };
                self.of_job(route, number, state, whole)
            }
        }
    }

    fn of_job(&self, route: &Route, number: usize, state: &mut State, whole: bool) -> Said {
        let phase = state.jobs[number].phase;
        match route {
            Route::Cancel(_) if phase.is_over() => {
                return self.error(self.wire.too_late(), "The batch is over.");
            }
            Route::Cancel(_) => state.jobs[number].phase = Phase::Cancelling,
            Route::Delete(_) if !phase.is_over() => {
                return self.error(400, "The batch is not over.");
            }
            Route::Delete(_) => {
                state.jobs[number].deleted = true;
                return Said::json(200, &json!({"id": state.jobs[number].id, "deleted": true}));
            }
            _ => state.advance(number, &*self.wire, &*self.answerer),
        }
        let job = &mut state.jobs[number];
        job.told |= whole && job.phase.is_over();
        match route {
            Route::Cancel(_) => Said::json(200, &self.wire.cancelled(job, &origin(self.port))),
            _ => Said::json(200, &self.wire.job(job, &origin(self.port))),
        }
    }

    fn upload(&self, asked: &Asked, state: &mut State) -> Said {
        let (name, bytes) = match self.wire.uploaded(asked) {
            Ok(file) => file,
            Err(message) => return self.error(400, message),
        };
        let id = self.wire.file_id(Kind::Input, state.files.len());
        let said = self.wire.file(&id, &name, bytes.len());
        state.store(id, Kind::Input, &name, bytes);
        Said::json(200, &self.wire.after_upload(said))
    }

    fn content(&self, id: &str, state: &mut State, whole: bool) -> Said {
        let Some(file) = state.files.get(id) else {
            return self.error(404, "There is no such file.");
        };
        if let Some(job) = file.job.filter(|_| whole) {
            match file.kind {
                Kind::Errors => state.jobs[job].fetched_errors = true,
                _ => state.jobs[job].fetched_output = true,
            }
        }
        let body = state.files[id].bytes.clone();
        Said { status: 200, body, chunked: self.wire.streams(), headers: Vec::new() }
    }

    fn create(&self, asked: &Asked, state: &mut State) -> Said {
        match self.wire.order(asked, &state.files) {
            Ok(order) => {
                let number = state.create(self.wire.job_id(state.jobs.len()), order);
                Said::json(200, &self.wire.created(&state.jobs[number], &origin(self.port)))
            }
            Err(message) => self.error(400, &message),
        }
    }
}

impl State {
    fn kind(&self, route: &Route) -> Call {
        match route {
            Route::Single => Call::Single,
            Route::Begin => Call::Begin,
            Route::Upload => Call::Upload,
            Route::File(_) => Call::File,
            Route::Content(id) => match self.files.get(id).map(|file| file.kind) {
                Some(Kind::Errors) => Call::Errors,
                _ => Call::Output,
            },
            Route::Create => Call::Create,
            Route::Status(_) => Call::Status,
            Route::List => Call::List,
            Route::Cancel(_) => Call::Cancel,
            Route::Delete(_) => Call::Delete,
            Route::Unknown => Call::Unknown,
        }
    }
}

fn origin(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

/// Says nothing until the other side goes.
fn wait(stream: &mut TcpStream) {
    let _ = stream.read(&mut [0; 1024]);
}
