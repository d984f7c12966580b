package main

import (
	"context"
	"fmt"
	"time"

	lua "github.com/yuin/gopher-lua"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	luajson "layeh.com/gopher-json"
)

// timeout is what Argo CD gives a script.
const timeout = time.Second

// evaluate runs a script on an object in the sandbox that Argo CD has for scripts of argocd-cm, and answers
// the table that it returns, as JSON. The sandbox has the libraries base, package and table, and by
// require("os") the time and the date; no string, no math, no io.
func evaluate(object *unstructured.Unstructured, script string) ([]byte, error) {
	state := lua.NewState(lua.Options{SkipOpenLibs: true})
	defer state.Close()
	libraries := []struct {
		name string
		open lua.LGFunction
	}{
		{lua.LoadLibName, lua.OpenPackage},
		{lua.BaseLibName, lua.OpenBase},
		{lua.TabLibName, lua.OpenTable},
	}
	for _, library := range libraries {
		call := lua.P{Fn: state.NewFunction(library.open), Protect: true}
		if err := state.CallByParam(call, lua.LString(library.name)); err != nil {
			return nil, fmt.Errorf("library %s: %w", library.name, err)
		}
	}
	state.PreloadModule(lua.OsLibName, safeOs)

	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	state.SetContext(ctx)
	state.SetGlobal("obj", toLua(state, object.Object))
	if err := state.DoString(script); err != nil {
		return nil, err
	}
	returned := state.Get(-1)
	if returned.Type() != lua.LTTable {
		return nil, fmt.Errorf("a script returns a table, not a %s", returned.Type())
	}
	return luajson.Encode(returned)
}

// safeOs is the module os with what reads the clock, and nothing else.
func safeOs(state *lua.LState) int {
	whole := lua.NewState(lua.Options{SkipOpenLibs: true})
	defer whole.Close()
	lua.OpenOs(whole)
	module, safe := whole.Get(-1), state.NewTable()
	for _, name := range []string{"time", "date"} {
		if function, ok := whole.GetField(module, name).(*lua.LFunction); ok {
			safe.RawSetString(name, state.NewFunction(function.GFunction))
		}
	}
	state.Push(safe)
	return 1
}

// toLua is a value of an object in Lua; null is nil.
func toLua(state *lua.LState, value any) lua.LValue {
	switch value := value.(type) {
	case bool:
		return lua.LBool(value)
	case string:
		return lua.LString(value)
	case int64:
		return lua.LNumber(value)
	case float64:
		return lua.LNumber(value)
	case []any:
		table := state.CreateTable(len(value), 0)
		for _, item := range value {
			table.Append(toLua(state, item))
		}
		return table
	case map[string]any:
		table := state.CreateTable(0, len(value))
		for key, item := range value {
			table.RawSetString(key, toLua(state, item))
		}
		return table
	}
	return lua.LNil
}
