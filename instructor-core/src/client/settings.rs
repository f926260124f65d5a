//! What both a client (for all questions) and a question (for itself) can be told.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::rate::Limiter;
use crate::request::{Mode, Options};

/// What is not set is left to the client, or has a default.
#[derive(Clone, Default)]
pub(super) struct Settings {
    pub(super) mode: Option<Mode>,
    pub(super) options: Options,
    pub(super) max_reasks: Option<u32>,
    pub(super) token_budget: Option<u64>,
    pub(super) timeout: Option<Duration>,
    pub(super) keep_last_attempt_only: bool,
    /// How fast requests may begin, if others are asked besides.
    pub(super) limiter: Option<Arc<Limiter>>,
    /// A setting that cannot be taken; it is reported when the question is sent.
    pub(super) problem: Option<String>,
}

impl Settings {
    /// These settings where they say something, and `base` elsewhere.
    pub(super) fn over(&self, base: &Self) -> Self {
        let (own, others) = (&self.options, &base.options);
        let mut extra = others.extra.clone();
        extra.extend(own.extra.iter().map(|(name, value)| (name.clone(), value.clone())));
        Self {
            mode: self.mode.or(base.mode),
            options: Options {
                temperature: own.temperature.or(others.temperature),
                max_tokens: own.max_tokens.or(others.max_tokens),
                seed: own.seed.or(others.seed),
                reasoning: own.reasoning.or(others.reasoning),
                cache: own.cache || others.cache,
                extra,
            },
            max_reasks: self.max_reasks.or(base.max_reasks),
            token_budget: self.token_budget.or(base.token_budget),
            timeout: self.timeout.or(base.timeout),
            keep_last_attempt_only: self.keep_last_attempt_only || base.keep_last_attempt_only,
            limiter: self.limiter.as_ref().or(base.limiter.as_ref()).map(Arc::clone),
            problem: self.problem.as_ref().or(base.problem.as_ref()).cloned(),
        }
    }

    pub(super) fn max_reasks(&self) -> usize {
        self.max_reasks.unwrap_or(2) as usize
    }

    pub(super) fn timeout(&self) -> Duration {
        self.timeout.unwrap_or(Duration::from_secs(300))
    }

    pub(super) fn add_extra(&mut self, extra: Value) {
        match extra {
            Value::Object(map) => self.options.extra.extend(map),
            _ => self.problem = Some("`extra` takes a JSON object".into()),
        }
    }
}

/// Names the properties of `extra` only, because a value may be a key.
impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("mode", &self.mode)
            .field("temperature", &self.options.temperature)
            .field("max_tokens", &self.options.max_tokens)
            .field("seed", &self.options.seed)
            .field("reasoning", &self.options.reasoning)
            .field("extra", &self.options.extra.keys().collect::<Vec<_>>())
            .field("max_reasks", &self.max_reasks)
            .field("token_budget", &self.token_budget)
            .field("timeout", &self.timeout)
            .field("keep_last_attempt_only", &self.keep_last_attempt_only)
            .finish_non_exhaustive()
    }
}

/// The setters, for a type with a field `settings`.
macro_rules! setters {
    () => {
        /// How the answer is asked for; by default as the provider does best, mostly as a tool call.
        pub fn mode(mut self, mode: crate::request::Mode) -> Self {
            self.settings.mode = Some(mode);
            self
        }

        /// How freely the model chooses its words: 0 for the most likely ones.
        pub fn temperature(mut self, temperature: f64) -> Self {
            if !temperature.is_finite() {
                self.settings.problem = Some("the temperature must be a number".into());
            }
            self.settings.options.temperature = Some(temperature);
            self
        }

        /// The longest answer, in tokens, reasoning included.
        pub fn max_tokens(mut self, max_tokens: u32) -> Self {
            self.settings.options.max_tokens = Some(max_tokens);
            self
        }

        /// The same seed asks for the same answer, as far as the service can; one that knows no seeds
        /// is not told.
        pub fn seed(mut self, seed: i64) -> Self {
            self.settings.options.seed = Some(seed);
            self
        }

        /// How much the model reasons before it answers.
        pub fn reasoning(mut self, reasoning: crate::request::Reasoning) -> Self {
            self.settings.options.reasoning = Some(reasoning);
            self
        }

        /// Keeps the instructions and the tools in the service's cache, where it must be told so
        /// (Anthropic, Bedrock); other services cache on their own.
        pub fn cache(mut self) -> Self {
            self.settings.options.cache = true;
            self
        }

        /// How often a wrong answer may be asked for again; 2 by default.
        pub fn max_reasks(mut self, max_reasks: u32) -> Self {
            self.settings.max_reasks = Some(max_reasks);
            self
        }

        /// No further question once an answer is wrong and so many tokens are spent. A valid answer
        /// always wins. Where the service does not count, four bytes are taken for a token.
        pub fn token_budget(mut self, tokens: u64) -> Self {
            self.settings.token_budget = Some(tokens);
            self
        }

        /// The longest time for each request, from sending to the last byte; 300 s by default.
        pub fn timeout(mut self, timeout: std::time::Duration) -> Self {
            self.settings.timeout = Some(timeout);
            self
        }

        /// Anything else the service takes: the properties of this object are put into the body.
        /// One that the request sets itself is refused when it is sent.
        pub fn extra(mut self, object: serde_json::Value) -> Self {
            self.settings.add_extra(object);
            self
        }

        /// When an answer is asked for again, only the last wrong answer is shown to the model, so
        /// that the conversation does not grow.
        pub fn keep_last_attempt_only(mut self) -> Self {
            self.settings.keep_last_attempt_only = true;
            self
        }
    };
}
pub(super) use setters;

/// The setters of what is asked, for a type with the fields `draft` and `settings`, about a `T`.
macro_rules! draft_setters {
    () => {
        /// What the model is told before everything else.
        pub fn system(mut self, text: impl Into<String>) -> Self {
            self.draft.system = Some(text.into());
            self
        }

        /// A conversation before the text. An empty text adds no turn to it.
        pub fn messages(
            mut self,
            messages: impl IntoIterator<Item = crate::request::Message>,
        ) -> Self {
            self.draft.messages.extend(messages);
            self
        }

        /// A solved example: a text, and the value that stands in it. The model is shown it in the
        /// form its answer should have.
        pub fn example(mut self, input: impl Into<String>, value: &T) -> Self
        where
            T: crate::extract::Extract + serde::Serialize,
        {
            match super::examples::written(value) {
                Ok(json) => self.example_json(input, json),
                Err(problem) => {
                    self.settings.problem = Some(problem);
                    self
                }
            }
        }

        /// A solved example whose value is there as JSON, as serde writes it. One that does not fit
        /// the type is refused when the question is sent.
        pub fn example_json(mut self, input: impl Into<String>, json: impl Into<String>) -> Self {
            self.draft.examples.push((input.into(), json.into()));
            self
        }
    };
}
pub(super) use draft_setters;
