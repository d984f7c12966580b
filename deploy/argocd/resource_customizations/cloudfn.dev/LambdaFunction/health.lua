-- The status of cloudfn follows kstatus: observedGeneration, and the conditions Ready, Reconciling and Stalled.
-- Only Stalled needs a person; all else ends by itself, so it is Progressing and fails no sync.
local annotations = obj.metadata.annotations or {}
local status = obj.status or {}

local conditions = {}
for _, condition in ipairs(status.conditions or {}) do
  conditions[condition.type] = condition
end
local ready, stalled = conditions["Ready"], conditions["Stalled"]

local function said(health, condition)
  return { status = health, message = (condition.reason or "") .. ": " .. (condition.message or "") }
end

-- Argo CD asks only of hooks that are being deleted; of all else it says that the deletion is pending.
if obj.metadata.deletionTimestamp ~= nil then
  if ready == nil then
    return { status = "Progressing", message = "Waiting for the deletion" }
  end
  return said("Progressing", ready)
end

local paused = annotations["cloudfn.dev/paused"] or ""
if paused ~= "" and paused ~= "false" then
  if ready ~= nil and ready.reason == "Paused" then
    return { status = "Suspended", message = ready.message }
  end
  return { status = "Suspended", message = "paused by the annotation cloudfn.dev/paused" }
end

if ready == nil or status.observedGeneration ~= obj.metadata.generation then
  return { status = "Progressing", message = "Waiting for cloudfn to look at the latest generation" }
end

-- What was Ready before a pause is not known to be so after it.
if ready.reason == "Paused" then
  return { status = "Progressing", message = "Waiting for cloudfn to go on after a pause" }
end

if stalled ~= nil and stalled.status == "True" then
  return said("Degraded", stalled)
end
if ready.status == "True" then
  return { status = "Healthy", message = ready.message }
end
return said("Progressing", ready)
