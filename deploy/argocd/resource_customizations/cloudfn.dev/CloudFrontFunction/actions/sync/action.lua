-- Asks cloudfn to look at the function in the cloud now. Under driftPolicy Report, it also has an outside edit
-- overwritten that was reported before.
local os = require("os")

if obj.metadata.annotations == nil then
  obj.metadata.annotations = {}
end
obj.metadata.annotations["cloudfn.dev/reconcile-requested-at"] = os.date("!%Y-%m-%dT%XZ")
return obj
