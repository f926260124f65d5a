//! Texts and arguments as values, with all that is wrong with them.

use crate::align::Target;
use crate::answer::{self, Read};
use crate::extract::Extract;
use crate::path::Path;
use crate::provider::Glance;
use crate::reply::Call;
use crate::request::{Mode, Request};
use crate::schema::Alternative;
use crate::validate::{Rejection, Report};

/// Reads one text and runs all validators.
pub(super) async fn parse<T: Extract + Send + Sync>(
    text: &str,
    request: &Request,
) -> Result<Read<T>, Rejection> {
    let read = answer::read::<T>(text, Target::new(request.rendered))?;
    check(&read.value, request).await?;
    Ok(read)
}

/// The value in a plain answer, if it is exactly what was asked for and can be judged without its
/// text and without waiting.
pub(super) fn quick<T: Extract>(glance: &Glance<'_>, request: &Request) -> Option<T> {
    let named = match &glance.tool {
        Some(tool) => *tool == request.rendered.name && request.alternatives().is_empty(),
        None => true,
    };
    let asked =
        request.mode != Mode::Parallel && glance.tool.is_some() == request.mode.uses_tools();
    if !named || !asked {
        return None;
    }
    let value: T = answer::straight(&glance.answer, Target::new(request.rendered))?;
    let mut report = Report::new();
    value.validate(Path::ROOT, &mut report);
    let right = report.is_empty() && !report.misses_source();
    drop(report);
    right.then_some(value)
}

/// Runs all validators; quotes are looked for in what was asked about.
async fn check<T: Extract + Sync>(value: &T, request: &Request) -> Result<(), Rejection> {
    let mut report = report(request);
    value.validate(Path::ROOT, &mut report);
    report.finish().await
}

/// An empty report on a value that was found in what was asked about.
pub(super) fn report(request: &Request) -> Report<'_> {
    let mut texts = request.sources();
    // Without any text of the user, there is nothing to look for quotes in.
    texts.next().map_or_else(Report::new, |text| {
        Report::with_source(text).beside(texts, request.has_unread_media())
    })
}

/// Reads the arguments of a tool that stands for a variant, and runs all validators. With
/// `in_list`, the value is the only element of a list. Gives the JSON of the value, too.
pub(super) async fn parse_data<T: Extract + Send + Sync>(
    arguments: &str,
    alternative: &'static Alternative,
    request: &Request,
    in_list: bool,
) -> Result<(Read<T>, String), Rejection> {
    let form = |data: &str| {
        let value = alternative.value(data);
        if in_list { format!("[{value}]") } else { value }
    };
    let place = |wrong| placed(wrong, alternative, in_list);
    let target = Target::new(&alternative.tool);
    let (read, json) = answer::read_data::<T>(arguments, target, form, place)?;
    check(&read.value, request).await.map_err(place)?;
    Ok((read, json))
}

/// The model knows the arguments of its call, not what is made of them.
fn placed(wrong: Rejection, alternative: &Alternative, in_list: bool) -> Rejection {
    let list = Path::ROOT.index(0);
    let around = if in_list { list } else { Path::ROOT };
    let inner = alternative.property().map_or(around, |property| around.field(property));
    wrong.map(|each| {
        each.below(inner).or_else(|each| each.below(around)).unwrap_or_else(|each| each)
    })
}

/// Whether the model means this tool; some write the name of a namespace before it.
pub(super) fn is_call_of(call: &Call, tool: &str) -> bool {
    let name = call.name.rsplit_once(['.', ':']).map_or(call.name.as_str(), |(_, name)| name);
    call.name == tool || name.eq_ignore_ascii_case(tool)
}

/// The tool of a variant that is called: of exactly this name, or else nearly.
pub(super) fn called(call: &Call, request: &Request) -> Option<&'static Alternative> {
    let all = request.alternatives();
    let exactly = all.iter().find(|each| each.tool.name == call.name);
    exactly.or_else(|| all.iter().find(|each| is_call_of(call, &each.tool.name)))
}
