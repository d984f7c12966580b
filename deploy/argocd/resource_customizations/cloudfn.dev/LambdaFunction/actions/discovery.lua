-- Any text in the annotation pauses the object, but an empty one and "false".
local paused = (obj.metadata.annotations or {})["cloudfn.dev/paused"] or ""
local is_paused = paused ~= "" and paused ~= "false"

return {
  sync = { disabled = is_paused },
  pause = { disabled = is_paused },
  resume = { disabled = not is_paused },
}
