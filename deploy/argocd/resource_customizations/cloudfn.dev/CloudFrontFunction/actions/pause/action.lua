-- Stops all work on the object. The text is what people read in its status.
if obj.metadata.annotations == nil then
  obj.metadata.annotations = {}
end
obj.metadata.annotations["cloudfn.dev/paused"] = "by the action pause of Argo CD"
return obj
