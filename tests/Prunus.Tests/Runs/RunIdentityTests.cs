using System.Text.Json.Nodes;
using Prunus.Runs;

namespace Prunus.Tests.Runs;

public class RunIdentityTests
{
    // Pinned: if this changes, no run folder made before is found again.
    [Fact]
    public void Name_IsPinned()
    {
        var identity = new RunIdentity("shrink", new JsonObject { ["donor"] = "0123abcd", ["keep"] = 0.6, ["steps"] = 30, ["seed"] = 0, ["text"] = new JsonArray("a.txt") });
        Assert.Equal("""{"donor":"0123abcd","keep":0.6,"seed":0,"steps":30,"text":["a.txt"]}""", CanonicalJson.Write(identity.Options));
        Assert.Equal("shrink-4524b809", identity.Name);
    }

    [Theory]
    [InlineData("""{"b":1,"a":2}""", """{ "a": 2.0, "b": 1e0 }""")]
    [InlineData("""{"a":[0.1,1e300,null,true,"é\n"]}""", """{"a":[1e-1,1.0e+300,null,true,"\u00e9\u000a"]}""")]
    public void EqualDocuments_HaveOneSpelling(string left, string right) =>
        Assert.Equal(CanonicalJson.Write(JsonNode.Parse(left)), CanonicalJson.Write(JsonNode.Parse(right)));

    [Fact]
    public void Spelling_DoesNotDependOnHowNumbersWereMade()
    {
        var made = new JsonObject { ["a"] = 3, ["b"] = 3L, ["c"] = 3.0, ["d"] = 0.25f };
        Assert.Equal("""{"a":3,"b":3,"c":3,"d":0.25}""", CanonicalJson.Write(made));
    }

    [Fact]
    public void DifferenceDeepInsideLongOptions_IsFound_AndNamed()
    {
        RunIdentity a = new("shrink", Options(30)), b = new("shrink", Options(31));
        Assert.Equal("healing.steps is 30 there and 31 here", b.DifferenceFrom(a));
        Assert.Null(a.DifferenceFrom(new("shrink", Options(30))));

        var texts = new string('x', 100);
        Assert.Contains(" there and ", new RunIdentity("s", new JsonObject { ["t"] = texts + "b" }).DifferenceFrom(new("s", new JsonObject { ["t"] = texts + "a" })), StringComparison.Ordinal);

        static JsonObject Options(int steps) => new() { ["healing"] = new JsonObject { ["a"] = new string('a', 200), ["steps"] = steps } };
    }
}
