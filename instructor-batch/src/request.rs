//! A line of `OpenAI`'s form as a value.

use instructor_core::provider::{Service, Setup};
use instructor_core::{Error, Extract, Form};
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value};

use crate::line::{SealError, is_id, path_of};
use crate::row::{Ask, Row, RowError};

/// A line of a request file in `OpenAI`'s form. To write many, [`Lines`](crate::Lines) and
/// [`BatchWriter`](crate::BatchWriter) are faster and know the forms of other services, too.
///
/// ```
/// use instructor_batch::BatchRequest;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let request = BatchRequest::of::<u8>("ada", "gpt-4.1-mini", "Ada, 36")?;
/// assert_eq!(request.body.tools[0].function.name, "Integer");
/// let line = request.to_line()?;
/// assert_eq!(BatchRequest::from_line(line.as_bytes())?.to_line()?, line);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BatchRequest {
    /// The id, of the form `[a-zA-Z0-9_-]{1,64}`.
    pub custom_id: String,
    /// Always `POST`.
    #[serde(default = "post")]
    pub method: String,
    /// The path of the address that takes such a request alone.
    #[serde(default = "chat")]
    pub url: String,
    /// What is sent.
    pub body: RequestBody,
}

/// What is sent: the body of a chat completion.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RequestBody {
    /// The model.
    pub model: String,
    /// The conversation, in the words of chat completions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub messages: Vec<Value>,
    /// What the model may or must call.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tools: Vec<Tool>,
    /// Which of them it must call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool_choice: Option<Value>,
    /// Everything else, in its order.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// What a model may call: a function.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Tool {
    /// Always `function`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The function.
    pub function: Function,
}

/// The function of a [`Tool`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Function {
    /// The name, of the form `[a-zA-Z0-9_-]{1,64}`.
    pub name: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The JSON Schema of the arguments, to the letter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parameters: Option<Box<RawValue>>,
    /// Whether the service must follow the schema to the letter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strict: Option<bool>,
}

/// The service whose form this is.
const SERVICE: &str = "openai";

/// A request cannot be made, written or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RequestError {
    /// The id is not of the form that every service takes.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The service has no words for the request.
    #[error(transparent)]
    Encode(Box<Error>),
    /// The line is none, or not of this form.
    #[error(
        "it is no request as OpenAI's batches take it: `custom_id`, `method`, `url`, and in `body` at least `model`"
    )]
    Form,
    /// The messages are none.
    #[error(transparent)]
    Row(#[from] RowError),
}

impl BatchRequest {
    /// A request with these messages, in the words of chat completions. If there are tools and
    /// `extra` does not hold a `tool_choice`, the model must call one of them.
    pub fn from_create_params(
        custom_id: impl Into<String>,
        model: impl Into<String>,
        messages: impl IntoIterator<Item = Value>,
        tools: impl IntoIterator<Item = Tool>,
        mut extra: Map<String, Value>,
    ) -> Self {
        let tools: Vec<_> = tools.into_iter().collect();
        let tool_choice = extra.shift_remove("tool_choice").or_else(|| choice(&tools));
        let (model, messages) = (model.into(), messages.into_iter().collect());
        Self {
            custom_id: custom_id.into(),
            method: post(),
            url: chat(),
            body: RequestBody { model, messages, tools, tool_choice, extra },
        }
    }

    /// The request that asks for a type: a text or messages, and everything else from the type. It is
    /// to the letter what a client for `OpenAI` would send.
    ///
    /// # Errors
    /// If the service cannot express the type, or does not take what is attached to a message.
    pub fn of<T: Extract + Send + Sync>(
        custom_id: impl Into<String>,
        model: impl Into<String>,
        row: impl Into<Row>,
    ) -> Result<Self, RequestError> {
        let form = form::<T>()?;
        let asked = match row.into().ask {
            Ask::Text(text) => form.ask(text),
            Ask::Messages(messages) => form.ask_with(messages),
        };
        let mut request = asked.request().clone();
        request.model = model.into();
        let http = form.encode(&request)?;
        let body = serde_json::from_slice(&http.body).map_err(|_| RequestError::Form)?;
        let url = path_of(&http.url).into_owned();
        Ok(Self { custom_id: custom_id.into(), method: post(), url, body })
    }

    /// The line, its end included.
    ///
    /// # Errors
    /// If the id does not match `^[a-zA-Z0-9_-]{1,64}$`.
    pub fn to_line(&self) -> Result<String, RequestError> {
        if !is_id(&self.custom_id) {
            return Err(SealError::Id.into());
        }
        let mut line = serde_json::to_string(self).map_err(|_| RequestError::Form)?;
        line.push('\n');
        Ok(line)
    }

    /// Reads a line, with or without its end.
    ///
    /// # Errors
    /// If it is not of this form.
    pub fn from_line(line: &[u8]) -> Result<Self, RequestError> {
        serde_json::from_slice(line).map_err(|_| RequestError::Form)
    }
}

impl Tool {
    /// The tool for a type.
    pub fn of<T: Extract>() -> Self {
        let tool = instructor_core::schema::tool(T::SCHEMA);
        let function = Function {
            name: tool.function.name.to_owned(),
            description: Some(tool.function.description.to_owned()),
            parameters: Some(tool.function.parameters.to_owned()),
            strict: tool.function.strict,
        };
        Self { kind: tool.kind.to_owned(), function }
    }

    /// A tool whose arguments have this JSON Schema.
    pub fn new(name: impl Into<String>, description: impl Into<String>, schema: &Value) -> Self {
        let function = Function {
            name: name.into(),
            description: Some(description.into()),
            parameters: to_raw_value(schema).ok(),
            strict: None,
        };
        Self { kind: "function".to_owned(), function }
    }
}

impl From<Error> for RequestError {
    fn from(error: Error) -> Self {
        Self::Encode(Box::new(error))
    }
}

fn form<T: Extract + Send + Sync>() -> Result<Form<T>, Error> {
    let unknown = || Error::UnknownProvider { provider: SERVICE.to_owned() };
    let service = Service::find(SERVICE).ok_or_else(unknown)?;
    let headers = http::HeaderMap::new();
    let setup = Setup { key: None, base_url: None, headers, variable: &|_| None };
    let provider =
        (service.connect)(service, setup).map_err(|error| Error::Configuration(error.message))?;
    Form::reading(provider, None)
}

/// The only tool must be called, or else any of them.
fn choice(tools: &[Tool]) -> Option<Value> {
    Some(match tools {
        [] => return None,
        [only] => serde_json::json!({"type": "function", "function": {"name": only.function.name}}),
        _ => "required".into(),
    })
}

fn post() -> String {
    "POST".to_owned()
}

fn chat() -> String {
    "/v1/chat/completions".to_owned()
}
