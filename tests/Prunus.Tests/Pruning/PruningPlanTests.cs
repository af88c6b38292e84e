using System.Text.Json.Nodes;
using Prunus.Decoders;
using Prunus.Pruning;

namespace Prunus.Tests.Pruning;

public class PruningPlanTests
{
    // Two layers, 4 query heads in 2 kv groups.
    private static readonly DecoderConfig Donor = new()
    {
        Family = "llama", VocabSize = 10, Hidden = 8, HeadDim = 2, MaxPositions = 16,
        Layers = [new LayerConfig(4, 2, 6), new LayerConfig(4, 2, 6)],
    };

    [Fact]
    public void Missing_keys_keep_everything()
    {
        var kept = Parse("""{"format":"prunus-plan/1"}""").Resolve(Donor);
        Assert.Equal(Donor.Layers, kept.Resulting(Donor).Layers);
        Assert.Equal(Enumerable.Range(0, 8), kept.Hidden);
    }

    [Fact]
    public void Kept_groups_take_their_heads_along_and_order_is_kept()
    {
        var kept = Parse("""{"format":"prunus-plan/1","kv_groups":[[1],[1,0]],"hidden":[3,1],"layers":[1,0]}""").Resolve(Donor);
        Assert.Equal([2, 3], kept.QueryHeads[0]);
        Assert.Equal([2, 3, 0, 1], kept.QueryHeads[1]);
        Assert.Equal([3, 1], kept.Hidden);
        var result = kept.Resulting(Donor);
        Assert.Equal((2, 4, 2), (result.Hidden, result.Layers[0].QueryHeads, result.Layers[1].QueryHeads));
    }

    [Fact]
    public void Layers_may_get_different_widths_and_lists_of_removed_layers_may_be_empty()
    {
        Assert.Equal([4, 2], Parse("""{"format":"prunus-plan/1","ffn":[[0,1,2,3],[4,5]]}""").Resulting(Donor).Layers.Select(l => l.Ffn));
        Assert.Equal(2, Assert.Single(Parse("""{"format":"prunus-plan/1","ffn":[[],[4,5]],"layers":[1]}""").Resulting(Donor).Layers).Ffn);
    }

    [Fact]
    public void Json_survives_a_round_trip()
    {
        var plan = new PruningPlan
        {
            Donor = new PlanDonor("abc", "a \"place\""), Hidden = [0, 2], Ffn = [[0], [1, 5]], QueryHeads = [[0, 2], [1, 3]], KvGroups = [[0, 1], [0, 1]], Layers = [0, 1],
        };
        var again = PruningPlan.Parse(plan.ToJson());
        Assert.Equal(plan.ToJson(), again.ToJson());
        Assert.Equal(plan.Donor, again.Donor);
        Assert.Equal(plan.Ffn, again.Ffn);
    }

    [Theory]
    [InlineData("[]", "not a JSON object")]
    [InlineData("{}", "format")]
    [InlineData("""{"format":"prunus-plan/2"}""", "format")]
    [InlineData("""{"format":"prunus-plan/1","hiden":[0]}""", "hidden")]
    [InlineData("""{"format":"prunus-plan/1","hidden":[0],"hidden":[1]}""", "twice")]
    [InlineData("""{"format":"prunus-plan/1","hidden":null}""", "hidden")]
    [InlineData("""{"format":"prunus-plan/1","hidden":[]}""", "empty")]
    [InlineData("""{"format":"prunus-plan/1","hidden":[0,0]}""", "twice")]
    [InlineData("""{"format":"prunus-plan/1","hidden":[8]}""", "0 to 7")]
    [InlineData("""{"format":"prunus-plan/1","hidden":[-1]}""", "no index")]
    [InlineData("""{"format":"prunus-plan/1","hidden":[1.5]}""", "no index")]
    [InlineData("""{"format":"prunus-plan/1","hidden":["1"]}""", "no index")]
    [InlineData("""{"format":"prunus-plan/1","hidden":[99999999999]}""", "no index")]
    [InlineData("""{"format":"prunus-plan/1","ffn":[0,1]}""", "ffn[0]")]
    [InlineData("""{"format":"prunus-plan/1","ffn":[[0]]}""", "1 lists")]
    [InlineData("""{"format":"prunus-plan/1","ffn":[[0],[]]}""", "ffn[1]")]
    [InlineData("""{"format":"prunus-plan/1","layers":[]}""", "empty")]
    [InlineData("""{"format":"prunus-plan/1","layers":[2]}""", "0 to 1")]
    [InlineData("""{"format":"prunus-plan/1","query_heads":[[0,1,2],[0,2]]}""", "same number")]
    [InlineData("""{"format":"prunus-plan/1","query_heads":[[0,1],[0,2]]}""", "query_heads[0]")]
    [InlineData("""{"format":"prunus-plan/1","query_heads":[[2,0],[0,2]]}""", "group after group")]
    [InlineData("""{"format":"prunus-plan/1","query_heads":[[0],[0]],"kv_groups":[[1],[0]]}""", "kv group 0 goes")]
    [InlineData("""{"format":"prunus-plan/1","vocab":[10]}""", "0 to 9")]
    [InlineData("""{"format":"prunus-plan/1","vocab":[1,1]}""", "twice")]
    [InlineData("""{"format":"prunus-plan/1","head_merges":{}}""", "head_merges")]
    [InlineData("""{"format":"prunus-plan/1","head_merges":[{"layer":0,"sign":"up","matrices":["q"],"pairs":[]}]}""", "sign")]
    [InlineData("""{"format":"prunus-plan/1","head_merges":[{"layer":0,"sign":"literal","matrices":["x"],"pairs":[]}]}""", "matrices")]
    [InlineData("""{"format":"prunus-plan/1","head_merges":[{"layer":0,"sign":"literal","matrices":["q"],"pairs":[[0]]}]}""", "pairs[0]")]
    [InlineData("""{"format":"prunus-plan/1","head_merges":[{"layer":2,"sign":"literal","matrices":["q"],"pairs":[]}]}""", "layer 2")]
    [InlineData("""{"format":"prunus-plan/1","query_heads":[[0,2],[0,2]],"head_merges":[{"layer":0,"sign":"literal","matrices":["k"],"pairs":[[0,1]]}]}""", "keys or values")]
    [InlineData("""{"format":"prunus-plan/1","query_heads":[[0,2],[0,2]],"head_merges":[{"layer":0,"sign":"literal","matrices":["q"],"pairs":[[1,3]]}]}""", "does not stay")]
    [InlineData("""{"format":"prunus-plan/1","query_heads":[[0,2],[0,2]],"head_merges":[{"layer":0,"sign":"literal","matrices":["q"],"pairs":[[0,2]]}]}""", "head 2 stays")]
    [InlineData("""{"format":"prunus-plan/1","query_heads":[[0,2],[0,2]],"head_merges":[{"layer":0,"sign":"literal","matrices":["q"],"pairs":[[0,3]]}]}""", "different kv groups")]
    [InlineData("""{"format":"prunus-plan/1","donor":{}}""", "donor.fingerprint")]
    [InlineData("""{"format":"prunus-plan/1","donor":{"fingerprint":1}}""", "donor.fingerprint")]
    [InlineData("""{"format":"prunus-plan/1","donor":{"fingerprint":"a","nam":"b"}}""", "donor.nam")]
    public void A_bad_plan_is_one_line_that_names_the_fault(string json, string named)
    {
        var error = Assert.Throws<PrunusInputException>(() => Parse(json).Resolve(Donor));
        Assert.StartsWith("plan.json: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void Another_donor_is_refused()
    {
        var plan = Parse("""{"format":"prunus-plan/1","donor":{"fingerprint":"aa11"}}""");
        plan.CheckDonor("AA11", "here");
        Assert.Contains("another donor", Assert.Throws<PrunusInputException>(() => plan.CheckDonor("bb22", "here")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Resulting_architectures_and_sizes_match_the_reference()
    {
        foreach (var name in PruningGoldens.Cases)
        {
            var donor = PruningGoldens.Donor(name);
            var plan = PruningGoldens.Plans(name)["all"];
            var parameters = PruningGoldens.Json(name, "surgery.json")["params"]!;
            Assert.Equal(parameters["full"]!.GetValue<long>(), DecoderCost.Of(donor).Parameters);
            Assert.Equal(parameters["all"]!.GetValue<long>(), DecoderCost.Of(plan.Resulting(donor)).Parameters);

            var expected = PruningGoldens.Json(name, "config.all.json");
            var actual = plan.Resulting(donor).ToHuggingFace(PruningGoldens.DonorJson(name));
            foreach (var (key, value) in expected.Where(e => e.Key is not ("architectures" or "rope_parameters")))
            {
                Assert.True(JsonNode.DeepEquals(value, actual[key]), $"{name} {key}: {value?.ToJsonString()} expected, {actual[key]?.ToJsonString()} written");
            }
        }
    }

    // Seeded: every mutation of a good plan is either a plan that fits or one clear line, never another exception.
    [Fact]
    public void Mutations_of_a_plan_never_surprise()
    {
        var good = System.Text.Encoding.UTF8.GetBytes(
            """{"format":"prunus-plan/1","donor":{"fingerprint":"ab"},"hidden":[3,1],"ffn":[[0,1],[4,5]],"query_heads":[[0,2],[1,3]],"kv_groups":[[0,1],[0,1]],"layers":[0,1]}""");
        var generator = new Prunus.Randomness.Philox4x32(2024);
        const string Alphabet = "[]{},:\"0123456789-.eE \0\u00ff";
        var refused = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = (byte[])good.Clone();
            for (var m = 0; m <= i % 3; m++)
            {
                var index = (ulong)((i * 8) + (m * 2));
                bytes[generator.Below(index, bytes.Length)] = (byte)Alphabet[generator.Below(index + 1, Alphabet.Length)];
            }

            try
            {
                PlanReader.Parse(bytes.AsSpan(0, i % 7 == 0 ? bytes.Length / 2 : bytes.Length), "plan.json").Resolve(Donor);
            }
            catch (PrunusInputException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 10_000, 19_999);
    }

    private static PruningPlan Parse(string json) => PruningPlan.Parse(json, "plan.json");
}
