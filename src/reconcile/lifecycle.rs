//! The two goals of a pass: the resource is there as the spec says, or it is gone and with it the
//! finalizer.
//!
//! Invariant: deletion needs neither a valid spec nor a reference, and whether the resource stays is
//! asked afresh before each delete call.

use kube::Api;

use super::keep::{Keep, keep};
use super::kind::{Desired, Effect, Goal, Inputs, ManagedKind, ReadSpec, Spec, Unmet};
use super::log::log;
use super::notes::EventNote;
use super::outcome::{Outcome, Requeue, State};
use super::owner::{Owner, Role};
use super::ownership::Claim;
use super::pass::Pass;
use super::referenced::Referenced;
use super::retry::RetryClass;
use super::steps::{Converged, converge};
use super::{drift, pending_create, references};
use crate::api::{AdoptionPolicy, CommonStatus, FullObject, ManagedSpec, ManagedStatus, Reason};
use crate::cloud::Tags;
use crate::kubernetes::WriteError;

/// Works towards the goal of this object.
///
/// `spec` is what the cache has of the spec, which may be nothing.
pub(super) async fn run<M: ManagedKind>(
    pass: &mut Pass<'_, M>,
    spec: Option<&ReadSpec<M>>,
) -> Outcome {
    if let Some(text) = &pass.snapshot.paused {
        return Outcome::paused(text, pass.snapshot.deleting);
    }
    if pass.snapshot.deleting {
        return delete(pass).await.unwrap_or_else(|outcome| outcome);
    }
    as_specified(pass, spec)
        .await
        .unwrap_or_else(|outcome| outcome)
}

/// Works towards what the spec says, where it can be read.
async fn as_specified<M: ManagedKind>(
    pass: &mut Pass<'_, M>,
    kept: Option<&ReadSpec<M>>,
) -> Result<Outcome, Outcome> {
    let read;
    let spec = if let Some(kept) = kept {
        kept
    } else {
        read = read_spec(pass).await?;
        &read
    };
    match spec {
        Ok(spec) => present(pass, spec).await,
        Err(message) => {
            let message = format!(
                "{message}; correct the object (deletionPolicy Retain keeps the function where you delete it instead)"
            );
            Err(Outcome::stalled(Reason::InvalidSpec, message))
        }
    }
}

/// Reads the spec that the cache does not keep. Of another generation than this pass is about it is not taken:
/// the watch brings that one, and a pass works on one version of the object.
async fn read_spec<M: ManagedKind>(pass: &Pass<'_, M>) -> Result<ReadSpec<M>, Outcome> {
    let subject = pass.subject;
    let client = pass.context.client.clone();
    let api: Api<FullObject<M::Resource>> = Api::namespaced(client, subject.namespace());
    let found = pass.context.unless_stopped(api.get_opt(subject.name()));
    let found = found
        .await?
        .map_err(|error| pass.keep_last_known(Outcome::unreadable("the object's spec", &error)))?;
    let same = found.filter(|object| object.subject.uid() == subject.uid());
    let object = same.ok_or(WriteError::Gone)?;
    if object.subject.generation() != subject.generation() {
        return Err(WriteError::Stale.into());
    }
    Ok(object.spec)
}

/// The resource shall be there as the spec says.
async fn present<M: ManagedKind>(
    pass: &mut Pass<'_, M>,
    spec: &Spec<M>,
) -> Result<Outcome, Outcome> {
    let settings = &pass.context.settings;
    if let Some(message) = settings.forbids(spec.common().adoption_policy) {
        return Err(Outcome::stalled(Reason::NotAllowed, message));
    }
    let inputs = read_references(pass).await?;
    let observe_only = settings.observe_only(spec.common().management_policy);
    let claim = pass.claim();
    if !observe_only {
        watch_for_drift(pass, spec);
    }
    let desired = desired(pass, spec, &inputs, observe_only, &claim)?;
    let outline = (observe_only && !settings.observe_unowned).then(|| {
        let mut outline = desired.clone();
        outline.outline();
        outline
    });
    if observe_only && pass.ledger.has_finalizer() {
        pass.unfinalize().await??;
    }
    let identity = match pass.identity().await {
        Ok(identity) => identity,
        Err(outcome) => return Err(pass.keep_last_known(outcome)),
    };
    pass.acknowledge_request();
    let _turn = pass.turn(&identity).await?;
    let role = if observe_only {
        Role::Observer {
            claim: &claim,
            outline: outline.as_ref(),
        }
    } else {
        Role::Manager(Owner {
            claim: &claim,
            policy: spec.common().adoption_policy,
        })
    };
    let converged = match converge(pass, &identity, Goal::Present(&desired), role).await {
        Ok(converged) => converged,
        Err(outcome) => return Err(pass.keep_last_known(outcome)),
    };
    Ok(concluded(pass, converged, &desired, observe_only))
}

/// What follows from how converging on a resource ended that shall be there.
fn concluded<M: ManagedKind>(
    pass: &mut Pass<'_, M>,
    converged: Converged,
    desired: &M::Desired,
    observe_only: bool,
) -> Outcome {
    match converged {
        Converged::Settled => {
            settle(pass, desired, observe_only);
            Outcome::ready()
        }
        Converged::Left(planned) => {
            let repair = pass.subject.request_command();
            let common = pass.ledger.draft.common_mut();
            let message = pass.drift.message(common, &planned, &repair);
            let reason = if observe_only && planned.is_absent {
                Reason::FunctionNotFound
            } else {
                Reason::Drifted
            };
            common.planned_changes = planned.listed;
            Outcome::Concluded {
                state: State::Stalled(reason, message),
                next: Requeue::Check,
            }
        }
        Converged::NotOurs(refusal) => Outcome::stalled(refusal.reason, refusal.message),
        // Only a deletion ends so; the next pass decides.
        Converged::Kept(_) => {
            Outcome::reconciling(Reason::Progressing, "cloudfn goes on", Requeue::Now)
        }
    }
}

/// Reads what the spec names, and notes the versions in the draft.
async fn read_references<M: ManagedKind>(pass: &mut Pass<'_, M>) -> Result<Inputs, Outcome> {
    let names = &pass.subject.references;
    if let Some(message) = references::impossible(names) {
        return Err(Outcome::stalled(Reason::InvalidSpec, message));
    }
    let (client, namespace) = (&pass.context.client, pass.subject.namespace());
    let contents = references::contents(client, namespace, names);
    match pass.context.unless_stopped(contents).await? {
        Ok((mut inputs, versions)) => {
            let contents = references::fingerprint(&inputs, &pass.context.fingerprints);
            let is_same = pass.referenced.contents == Some(contents);
            pass.referenced = Referenced {
                contents: Some(contents),
                is_same,
                waits_until: None,
            };
            pass.snapshot.references.clone_from(&versions);
            let common = pass.ledger.draft.common_mut();
            if common.references != versions && !is_same {
                common.settled_generation = None;
            }
            common.references = versions;
            inputs.annotations.clone_from(&pass.snapshot.annotations);
            Ok(inputs)
        }
        Err(error) => Err(pass.keep_last_known(Outcome::unreadable_reference(&error))),
    }
}

/// Decides what the pass does about changes that somebody else made.
fn watch_for_drift<M: ManagedKind>(pass: &mut Pass<'_, M>, spec: &Spec<M>) {
    let policy = pass
        .context
        .settings
        .drift_policy(spec.common().drift_policy);
    let (settled, read) = (pass.was_settled(), pass.ledger.read().common());
    pass.drift = drift::DriftWatch::new(policy, settled, read, &pass.snapshot.requests);
    if pass.drift.reports() {
        // Before anything is written, our own tags included.
        let generation = pass.snapshot.generation;
        pass.ledger.draft.common_mut().settled_generation = Some(generation);
    }
}

fn desired<M: ManagedKind>(
    pass: &Pass<'_, M>,
    spec: &Spec<M>,
    inputs: &Inputs,
    observe_only: bool,
    claim: &Claim,
) -> Result<M::Desired, Outcome> {
    let claimed = if observe_only {
        Tags::new()
    } else {
        claim.tags()
    };
    let mut desired = match pass.kind.desired(spec, inputs, &claimed) {
        Ok(desired) => desired,
        Err(Unmet::Invalid(message)) => {
            return Err(Outcome::stalled(Reason::InvalidSpec, message));
        }
        Err(Unmet::Missing(message)) => {
            return Err(Outcome::reconciling(
                Reason::ReferenceNotFound,
                message,
                Requeue::Retry(RetryClass::NotReadyYet),
            ));
        }
    };
    if observe_only || pass.drift.explains_all() {
        desired.explain_all();
    }
    Ok(desired)
}

/// Notes in the draft that the resource is as the spec says.
fn settle<M: ManagedKind>(pass: &mut Pass<'_, M>, desired: &M::Desired, observe_only: bool) {
    if observe_only {
        return;
    }
    // What is not wanted any more is forgotten only by a second observation: a cloud that still
    // shows the past would hide what is to be taken away.
    let confirmed = pass.was_ready_for_this() && !pass.progress.may_have_changed();
    let common = pass.ledger.draft.common_mut();
    if confirmed {
        common.managed.clear();
    }
    common.managed.extend(desired.managed());
    common.settled_generation = Some(pass.snapshot.generation);
}

/// The resource shall be gone, then the finalizer.
async fn delete<M: ManagedKind>(pass: &mut Pass<'_, M>) -> Result<Outcome, Outcome> {
    let essentials = &pass.subject.essentials;
    if let Some(keep) = keep(pass.context, essentials).await? {
        return retain(pass, keep).await;
    }
    let identity = pass.identity().await?;
    let _turn = pass.turn(&identity).await?;
    let claim = pass.claim();
    let owner = Owner {
        claim: &claim,
        policy: AdoptionPolicy::Never,
    };
    match converge(pass, &identity, Goal::Absent, Role::Manager(owner)).await? {
        Converged::Settled => {
            let deleted = pass.history.last().map(|(_, effect)| effect) == Some(Effect::Delete);
            let (common, now) = (pass.ledger.draft.common(), pass.context.world.now());
            match pending_create::remaining(common, deleted, now) {
                None => release(pass).await,
                Some(rest) => Ok(Outcome::reconciling(
                    Reason::Deleting,
                    "a create that was under way may still arrive; the deletion waits for it",
                    Requeue::Poll(rest),
                )),
            }
        }
        Converged::Kept(keep) => retain(pass, keep).await,
        // What is not ours (any more) is left alone, and nothing holds the object.
        Converged::NotOurs(refusal) => leave(pass, &refusal.message).await,
        Converged::Left(_) => Ok(Outcome::reconciling(
            Reason::Deleting,
            "the function is being deleted",
            Requeue::Now,
        )),
    }
}

/// Leaves the resource and its tags.
async fn retain<M: ManagedKind>(pass: &mut Pass<'_, M>, keep: Keep) -> Result<Outcome, Outcome> {
    match keep {
        Keep::Observed => leave(pass, "managementPolicy is Observe").await,
        Keep::Policy => leave(pass, &retained(pass.ledger.draft.common())).await,
        Keep::Definition => {
            let name = pass.subject.function_name();
            log!(
                warn,
                pass.subject,
                function = name,
                "the definition of this kind is being deleted, so the function is left in the cloud, whatever its deletionPolicy"
            );
            let note = format!(
                "left the function {name} in the cloud: the definition of this kind is being deleted, which counts as deletionPolicy Retain"
            );
            pass.events.push(EventNote::warning("Retained", note));
            release(pass).await
        }
    }
}

/// Why `Retain` leaves it. Where our tags were never seen on it, the same manifest does not take it back.
fn retained(common: &CommonStatus) -> String {
    let made = common.arn.is_some() || common.create_requested_at.is_some();
    let more = if made && common.instance.is_none() {
        "; cloudfn never saw its owner tags on it, and without them only adoptionPolicy IfUnowned takes it back"
    } else {
        ""
    };
    format!("deletionPolicy is Retain{more}")
}

/// Lets the object go and leaves the resource, with an event that says so.
async fn leave<M: ManagedKind>(pass: &mut Pass<'_, M>, why: &str) -> Result<Outcome, Outcome> {
    let name = pass.subject.function_name();
    log!(
        info,
        pass.subject,
        function = pass.subject.other_name(),
        why,
        "the function is left in the cloud"
    );
    let note = format!("left the function {name} in the cloud: {why}");
    pass.events.push(EventNote::normal("Retained", note));
    release(pass).await
}

/// Takes the finalizer off: the object may go.
async fn release<M: ManagedKind>(pass: &mut Pass<'_, M>) -> Result<Outcome, Outcome> {
    match pass.unfinalize().await? {
        Ok(()) | Err(WriteError::Gone) => Ok(Outcome::Released),
        Err(error) => Err(error.into()),
    }
}
