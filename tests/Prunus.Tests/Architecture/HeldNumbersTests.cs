using Mono.Cecil;

namespace Prunus.Tests.Architecture;

/// <summary>
/// A number that an operator of TorchSharp is given becomes a Scalar, which a collection may free while native code reads it. So only <c>Prunus.Native.Ops</c>, which holds them to the end of the
/// call, makes Scalars, and nothing calls members of TorchSharp that make some themselves (a + b, x.square(), x.add(number)).
/// </summary>
public class HeldNumbersTests
{
    private static readonly AssemblyDefinition TorchSharp = AssemblyDefinition.ReadAssembly(typeof(global::TorchSharp.torch).Assembly.Location);

    // With what calls them, within TorchSharp.
    private static readonly HashSet<string> Makers = Closure(TorchSharp);

    private static readonly (MethodDefinition Caller, MethodReference Called)[] Calls =
    [
        .. from type in CompiledCode.Types(AssemblyDefinition.ReadAssembly(typeof(PrunusInputException).Assembly.Location))
           from method in type.Methods
           from called in CompiledCode.Calls(method)
           where called.DeclaringType.Scope.Name.StartsWith("TorchSharp", StringComparison.Ordinal)
           select (method, called),
    ];

    [Fact]
    public void The_scan_knows_members_that_make_numbers()
    {
        string[] members = ["op_Addition(TorchSharp.torch/Tensor,TorchSharp.torch/Tensor)", "op_Multiply(TorchSharp.torch/Tensor,System.Double)", "square()", "add_(TorchSharp.torch/Tensor)", "clamp_(TorchSharp.Scalar,TorchSharp.Scalar)"];
        Assert.Equal([true, true, true, true, false], members.Select(m => Makers.Contains("TorchSharp.torch/Tensor TorchSharp.torch/Tensor::" + m)));
        Assert.Contains(Calls, c => MakesScalar(c.Called));
    }

    [Fact]
    public void Only_Ops_turns_numbers_into_Scalars() => Assert.Empty(
        from call in Calls
        where MakesScalar(call.Called) && !Outermost(call.Caller).StartsWith("Prunus.Native.Ops", StringComparison.Ordinal)
        select $"{call.Caller.FullName} → {call.Called.FullName}: use an operator of Prunus.Native.Ops, or add it there");

    // OpsScript gives Scalars to a script, not numbers.
    [Fact]
    public void Nothing_calls_members_that_make_Scalars_themselves() => Assert.Empty(
        from call in Calls
        where Makers.Contains(CompiledCode.Definition(call.Called)) && Outermost(call.Caller) != "Prunus.Native.OpsScript"
        select $"{call.Caller.FullName} → {call.Called.FullName}: use an operator of Prunus.Native.Ops, or add it there");

    private static bool MakesScalar(MethodReference called) =>
        (called.DeclaringType.FullName == "TorchSharp.Scalar" && called.Name == "op_Implicit") || called.Name == "ToScalar";

    private static string Outermost(MethodDefinition method)
    {
        var type = method.DeclaringType;
        while (type.DeclaringType is { } outer)
        {
            type = outer;
        }

        return type.FullName;
    }

    private static HashSet<string> Closure(AssemblyDefinition assembly)
    {
        var calls = CompiledCode.Types(assembly).Where(t => !t.Name.StartsWith("Scalar", StringComparison.Ordinal)).SelectMany(t => t.Methods)
            .Select(m => (m.FullName, Called: CompiledCode.Calls(m).ToArray())).ToArray();
        HashSet<string> found = [.. calls.Where(c => c.Called.Any(MakesScalar)).Select(c => c.FullName)];
        for (var before = 0; before < found.Count;)
        {
            before = found.Count;
            found.UnionWith(calls.Where(c => c.Called.Any(m => found.Contains(CompiledCode.Definition(m)))).Select(c => c.FullName).ToList());
        }

        return found;
    }
}
