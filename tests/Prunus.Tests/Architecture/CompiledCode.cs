using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Prunus.Tests.Architecture;

/// <summary>What compiled types name: other types (in signatures and in method bodies) and string literals.</summary>
internal static class CompiledCode
{
    /// <summary>Every type of an assembly with its outermost namespace folder, compiler-made ones under the type they belong to.</summary>
    public static IEnumerable<TypeDefinition> Types(AssemblyDefinition assembly) => assembly.MainModule.GetTypes();

    /// <summary>Namespace of a type, that of its outermost declaring type when nested.</summary>
    public static string Namespace(TypeReference type)
    {
        while (type.DeclaringType is { } outer)
        {
            type = outer;
        }

        return type.Namespace;
    }

    /// <summary>Types that a type names anywhere.</summary>
    public static IEnumerable<TypeReference> References(TypeDefinition type)
    {
        var found = new List<TypeReference?> { type.BaseType };
        found.AddRange(type.Interfaces.Select(i => i.InterfaceType));
        found.AddRange(type.Fields.Select(f => f.FieldType));
        found.AddRange(type.Properties.Select(p => p.PropertyType));
        foreach (var method in type.Methods)
        {
            AddMethod(found, method);
            if (method.HasBody)
            {
                found.AddRange(method.Body.Variables.Select(v => v.VariableType));
                foreach (var instruction in method.Body.Instructions)
                {
                    switch (instruction.Operand)
                    {
                        case MethodReference called:
                            found.Add(called.DeclaringType);
                            AddMethod(found, called);
                            break;
                        case FieldReference field:
                            found.Add(field.DeclaringType);
                            found.Add(field.FieldType);
                            break;
                        case TypeReference named:
                            found.Add(named);
                            break;
                    }
                }
            }
        }

        return found.OfType<TypeReference>().SelectMany(Parts).DistinctBy(t => t.FullName);
    }

    /// <summary>String literals in a type's method bodies.</summary>
    public static IEnumerable<string> Strings(TypeDefinition type) =>
        type.Methods.Where(m => m.HasBody)
            .SelectMany(m => m.Body.Instructions)
            .Where(i => i.OpCode.Code == Code.Ldstr)
            .Select(i => (string)i.Operand);

    /// <summary>Methods that a method's body names: called, or made a delegate of.</summary>
    public static IEnumerable<MethodReference> Calls(MethodDefinition method) => method.HasBody ? method.Body.Instructions.Select(i => i.Operand).OfType<MethodReference>() : [];

    /// <summary>Full name of a method as it is declared, without type arguments.</summary>
    public static string Definition(MethodReference method) => (method is GenericInstanceMethod generic ? generic.ElementMethod : method).FullName;

    private static void AddMethod(List<TypeReference?> found, MethodReference method)
    {
        found.Add(method.ReturnType);
        found.AddRange(method.Parameters.Select(p => p.ParameterType));
        if (method is GenericInstanceMethod generic)
        {
            found.AddRange(generic.GenericArguments);
        }
    }

    private static IEnumerable<TypeReference> Parts(TypeReference type) => type switch
    {
        GenericParameter or FunctionPointerType => [],
        GenericInstanceType generic => generic.GenericArguments.SelectMany(Parts).Append(generic.ElementType),
        TypeSpecification of => Parts(of.ElementType),
        _ => [type],
    };
}
