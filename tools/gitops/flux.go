package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/fluxcd/pkg/envsubst"
)

// substitute does what Flux does with the text of an object before it applies it, where a Kustomization has
// postBuild. A variable without a value is empty there, unless its controller was started to be strict.
func substitute(variables []string, input io.Reader, output io.Writer) error {
	values := map[string]string{}
	for _, variable := range variables {
		name, value, found := strings.Cut(variable, "=")
		if !found {
			return fmt.Errorf("%s: a variable is NAME=VALUE", variable)
		}
		values[name] = value
	}
	text, err := io.ReadAll(input)
	if err != nil {
		return err
	}
	made, err := envsubst.Eval(string(text), func(name string) (string, bool) { return values[name], true })
	if err != nil {
		return err
	}
	_, err = io.WriteString(output, made)
	return err
}
