//! What the answer to a step leaves behind: a line in the log, events, and what is known of tries.

use super::kind::{AfterRefusal, Effect, Identity, KindStatus, ManagedKind, PlannedStep, Step};
use super::log::log;
use super::notes::{EventNote, StepDone};
use super::ownership::Adoption;
use super::pass::Pass;
use crate::api::ManagedStatus;
use crate::cloud::CloudError;

/// Notes a step that the cloud accepted. `adoption`: how it made the resource ours.
pub(super) fn note_done<M: ManagedKind>(
    pass: &mut Pass<'_, M>,
    identity: &Identity,
    planned: &PlannedStep<M::Step>,
    adoption: Option<Adoption>,
) {
    let PlannedStep { step, why } = planned;
    let fields = fields(planned);
    log!(
        info,
        pass.subject,
        function = pass.subject.other_name(),
        region = identity.region,
        step = step.name(),
        fields,
        "done"
    );
    let done = StepDone {
        name: &identity.name,
        step: step.name(),
        effect: step.effect(),
        fields: &fields,
        adoption,
        repairs_drift: pass.drift.was_settled() && step.effect() != Effect::Delete,
    };
    pass.events.extend(done.events());
    let lints = step.lints(why).join("; ");
    if !lints.is_empty() {
        log!(warn, pass.subject, lints, "the code may not run");
        let note = format!("the code may not run: {lints}");
        pass.events.push(EventNote::warning("CodeMayFail", note));
    }
    pass.history.note_done(step, why);
}

/// Notes a step that the cloud refused, and lets the kind note it and say what follows. What it means for the
/// object is a line of its own, when the pass ends.
pub(super) fn note_refusal<M: ManagedKind>(
    pass: &mut Pass<'_, M>,
    step: &M::Step,
    error: &CloudError,
) -> AfterRefusal {
    log!(info, pass.subject, function = pass.subject.other_name(),
        step = step.name(),
        %error,
        request_id = error.request_id,
        "a step was refused"
    );
    let draft = &mut pass.ledger.draft;
    let refusal = draft.refused(step, error);
    let without_effect = error.class.had_no_effect();
    pass.history.note_refused(step, without_effect);
    if step.effect() == Effect::Create && without_effect {
        draft.common_mut().create_requested_at = None;
    }
    refusal
}

/// The fields that a step changes, for people.
pub(super) fn fields<S: Step>(planned: &PlannedStep<S>) -> String {
    let names = planned.why.iter().map(|d| d.field.as_str());
    names.collect::<Vec<_>>().join(", ")
}
