package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"sort"
	"strings"

	jsonpatch "gopkg.in/evanphx/json-patch.v4"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"
)

// overrides are the members of the ConfigMap argocd-cm.
type overrides map[string]string

const keyPrefix = "resource.customizations."

// health is a word of Argo CD or kstatus, and its message.
type health struct {
	Status  string `json:"status"`
	Message string `json:"message"`
}

// definitions is the value of a key that has the actions of a kind.
type definitions struct {
	Discovery string   `json:"discovery.lua"`
	Actions   []action `json:"definitions"`
}

type action struct {
	Name   string `json:"name"`
	Script string `json:"action.lua"`
}

// offered is an action that an object offers.
type offered struct {
	Name        string `json:"name"`
	Disabled    bool   `json:"disabled"`
	IconClass   string `json:"iconClass,omitempty"`
	DisplayName string `json:"displayName,omitempty"`
}

// acted is what an action makes of an object: the whole, and the merge patch that Argo CD sends.
type acted struct {
	Object json.RawMessage `json:"object"`
	Patch  json.RawMessage `json:"patch"`
}

func readOverrides(file string) (overrides, error) {
	if file == "" {
		return nil, errors.New("--argocd-cm is needed")
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var configMap struct {
		Data overrides `json:"data"`
	}
	if err := yaml.Unmarshal(text, &configMap); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return configMap.Data, nil
}

// of is the value of a key for the object's kind. Such a key gives its scripts no further libraries.
func (all overrides) of(what string, object *unstructured.Unstructured) (string, error) {
	kind := object.GroupVersionKind()
	key := keyPrefix + what + "." + kind.Group + "_" + kind.Kind
	value, found := all[key]
	if !found {
		return "", fmt.Errorf("argocd-cm has no %s", key)
	}
	return value, nil
}

// health is what the health check says; a word that Argo CD does not know is an error here.
func (all overrides) health(object *unstructured.Unstructured) (*health, error) {
	script, err := all.of("health", object)
	if err != nil {
		return nil, err
	}
	answer, err := evaluate(object, script)
	if err != nil {
		return nil, err
	}
	said := &health{}
	if err := json.Unmarshal(answer, said); err != nil {
		return nil, err
	}
	words := []string{"Healthy", "Progressing", "Degraded", "Suspended", "Missing", "Unknown"}
	if !slices.Contains(words, said.Status) {
		return nil, fmt.Errorf("%q is no health status of Argo CD", said.Status)
	}
	return said, nil
}

func (all overrides) definitions(object *unstructured.Unstructured) (*definitions, error) {
	text, err := all.of("actions", object)
	if err != nil {
		return nil, err
	}
	found := &definitions{}
	return found, yaml.UnmarshalStrict([]byte(text), found)
}

// actions are those that the object offers, by name.
func (all overrides) actions(object *unstructured.Unstructured) ([]offered, error) {
	defined, err := all.definitions(object)
	if err != nil {
		return nil, err
	}
	answer, err := evaluate(object, defined.Discovery)
	if err != nil {
		return nil, err
	}
	var found map[string]offered
	if err := json.Unmarshal(answer, &found); err != nil {
		return nil, err
	}
	list := []offered{}
	for name, one := range found {
		one.Name = name
		list = append(list, one)
	}
	sort.Slice(list, func(i, j int) bool { return strings.Compare(list[i].Name, list[j].Name) < 0 })
	return list, nil
}

// act runs one action. All of ours change the object itself and return it.
func (all overrides) act(object *unstructured.Unstructured, name string) (*acted, error) {
	defined, err := all.definitions(object)
	if err != nil {
		return nil, err
	}
	index := slices.IndexFunc(defined.Actions, func(one action) bool { return one.Name == name })
	if index < 0 {
		return nil, fmt.Errorf("there is no action %s", name)
	}
	answer, err := evaluate(object, defined.Actions[index].Script)
	if err != nil {
		return nil, err
	}
	var changed map[string]any
	if err := json.Unmarshal(answer, &changed); err != nil {
		return nil, err
	}
	restoreEmpty(changed, object.Object)
	before, err := json.Marshal(object.Object)
	if err != nil {
		return nil, err
	}
	after, err := json.Marshal(changed)
	if err != nil {
		return nil, err
	}
	patch, err := jsonpatch.CreateMergePatch(before, after)
	if err != nil {
		return nil, err
	}
	return &acted{Object: after, Patch: patch}, nil
}

// restoreEmpty does as Argo CD: an empty table of Lua became an empty list, and where the object had a map, it
// keeps that, whatever was in it. So an action cannot empty a map, such as the annotations.
func restoreEmpty(changed, before any) {
	switch changed := changed.(type) {
	case map[string]any:
		old, ok := before.(map[string]any)
		if !ok {
			return
		}
		for key, value := range changed {
			list, isList := value.([]any)
			if oldMap, wasMap := old[key].(map[string]any); wasMap && isList && len(list) == 0 {
				changed[key] = oldMap
				continue
			}
			restoreEmpty(value, old[key])
		}
	case []any:
		old, ok := before.([]any)
		if !ok {
			return
		}
		for index, value := range changed {
			if index < len(old) {
				restoreEmpty(value, old[index])
			}
		}
	}
}
