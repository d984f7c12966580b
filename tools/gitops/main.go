// Command gitops says what the tools of GitOps make of Kubernetes objects: Argo CD by the health checks and
// actions in its ConfigMap argocd-cm, and kstatus, by which Flux and Helm 4 wait.
//
//	gitops status  --argocd-cm FILE [OBJECTS…]   health and kstatus of each object
//	gitops actions --argocd-cm FILE [OBJECTS…]   the actions that each object offers
//	gitops act     --argocd-cm FILE --action NAME [OBJECTS…]   what the action makes of each object
//	gitops substitute [NAME=VALUE…]   what the postBuild substitution of Flux makes of stdin
//
// Objects are files of YAML or JSON, or stdin. The answer is JSON, a line for each object.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

func main() {
	if err := run(os.Args[1:], os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "gitops:", err)
		os.Exit(1)
	}
}

func run(arguments []string, input io.Reader, output io.Writer) error {
	if len(arguments) == 0 {
		return errors.New("name a command: status, actions, act or substitute")
	}
	if arguments[0] == "substitute" {
		return substitute(arguments[1:], input, output)
	}
	flags := flag.NewFlagSet(arguments[0], flag.ContinueOnError)
	configMap := flags.String("argocd-cm", "", "file with the ConfigMap argocd-cm, or a patch of it")
	action := flags.String("action", "", "the action that act runs")
	if err := flags.Parse(arguments[1:]); err != nil {
		return err
	}
	overrides, err := readOverrides(*configMap)
	if err != nil {
		return err
	}
	answer, err := answerOf(arguments[0], overrides, *action)
	if err != nil {
		return err
	}
	objects, err := readObjects(flags.Args(), input)
	if err != nil {
		return err
	}
	lines := json.NewEncoder(output)
	for _, object := range objects {
		said, err := answer(object)
		if err != nil {
			return fmt.Errorf("%s %s: %w", object.GetKind(), object.GetName(), err)
		}
		if err := lines.Encode(said); err != nil {
			return err
		}
	}
	return nil
}

// answerOf is what a command says of one object.
func answerOf(command string, overrides overrides, action string) (func(*unstructured.Unstructured) (any, error), error) {
	switch command {
	case "status":
		return func(object *unstructured.Unstructured) (any, error) { return statusOf(overrides, object) }, nil
	case "actions":
		return func(object *unstructured.Unstructured) (any, error) { return overrides.actions(object) }, nil
	case "act":
		if action == "" {
			return nil, errors.New("act needs --action")
		}
		return func(object *unstructured.Unstructured) (any, error) { return overrides.act(object, action) }, nil
	}
	return nil, fmt.Errorf("%s is no command: use status, actions, act or substitute", command)
}

// statusLine is what is said of one object.
type statusLine struct {
	Kind string `json:"kind"`
	Name string `json:"name"`
	// Health is what Argo CD shows; Script what the health check itself says: of an object that is being
	// deleted, Argo CD does not ask it.
	Health  health `json:"health"`
	Script  health `json:"script"`
	Kstatus health `json:"kstatus"`
}

func statusOf(overrides overrides, object *unstructured.Unstructured) (*statusLine, error) {
	script, err := overrides.health(object)
	if err != nil {
		return nil, err
	}
	result, err := status.Compute(object)
	if err != nil {
		return nil, err
	}
	line := &statusLine{
		Kind:    object.GetKind(),
		Name:    object.GetName(),
		Health:  *script,
		Script:  *script,
		Kstatus: health{Status: result.Status.String(), Message: result.Message},
	}
	if object.GetDeletionTimestamp() != nil {
		line.Health = health{Status: "Progressing", Message: "Pending deletion"}
	}
	return line, nil
}
