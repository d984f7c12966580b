-- Not taken away: Argo CD keeps annotations as they were where none would be left.
obj.metadata.annotations["cloudfn.dev/paused"] = "false"
return obj
