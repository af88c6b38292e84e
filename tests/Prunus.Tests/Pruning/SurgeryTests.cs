using System.Runtime.InteropServices;
using Prunus.Checkpoints;
using Prunus.Decoders;
using Prunus.Pruning;
using TorchSharp;

namespace Prunus.Tests.Pruning;

public class SurgeryTests
{
    public static TheoryData<string> Cases => [.. PruningGoldens.Cases];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Logits_of_every_variant_match_the_reference(string name)
    {
        using var golden = SafetensorsFile.Open(PruningGoldens.File(name, "surgery.safetensors"));
        using var donor = ImportanceSweepTests.Load(name);
        using var checkpoint = Checkpoint.Open(PruningGoldens.DonorFolder(name));
        foreach (var (variant, plan) in PruningGoldens.Plans(name))
        {
            using var inMemory = Surgery.Prune(donor, plan);
            using var fromDisk = Surgery.Prune(checkpoint, plan, torch.CPU, torch.ScalarType.Float32);
            foreach (var pruned in new[] { inMemory, fromDisk })
            {
                Assert.InRange(Distance(Logits(pruned, golden), golden, $"logits.{variant}"), 0, 2e-4);
            }
        }
    }

    [Theory]
    [InlineData("hidden")]
    [InlineData("all")]
    [InlineData("all_groups")]
    public void With_the_donors_embedding_scale_the_other_reading_is_met(string variant)
    {
        using var golden = SafetensorsFile.Open(PruningGoldens.File("gemma2", "surgery.safetensors"));
        using var donor = ImportanceSweepTests.Load("gemma2");
        using var pruned = Surgery.Prune(donor, PruningGoldens.Plans("gemma2")[variant]);
        using var scope = torch.NewDisposeScope();
        using var rescaled = new Decoder(pruned.Config with { EmbeddingScale = donor.Config.EmbeddingScale }, pruned.Parameters.ToDictionary(p => p.Key, p => p.Value.clone()));
        Assert.InRange(Distance(Logits(rescaled, golden), golden, $"logits.{variant}_keep_embed_scale"), 0, 2e-4);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Weights_are_those_of_the_reference_under_its_names(string name)
    {
        using var golden = SafetensorsFile.Open(PruningGoldens.File(name, "surgery.safetensors"));
        using var checkpoint = Checkpoint.Open(PruningGoldens.DonorFolder(name));
        var weights = new PrunedWeights(checkpoint, PruningGoldens.Plans(name)["all"]);
        var written = WeightExport.Tensors(weights.Config, ElementType.F32, weights.Read);
        const string Prefix = "weights.all.";
        var expected = golden.Tensors.Keys.Where(k => k.StartsWith(Prefix, StringComparison.Ordinal)).Select(k => k[Prefix.Length..]).Order(StringComparer.Ordinal);
        Assert.Equal(expected, written.Select(w => w.Name).Order(StringComparer.Ordinal));
        foreach (var tensor in written)
        {
            Assert.Equal(golden.Tensors[Prefix + tensor.Name].Shape, tensor.Shape);
            var bytes = tensor.Bytes().SelectMany(b => b.ToArray()).ToArray();
            var values = new float[golden.Tensors[Prefix + tensor.Name].ElementCount];
            golden.Read(Prefix + tensor.Name, 0, values);
            Assert.Equal(values, MemoryMarshal.Cast<byte, float>(bytes).ToArray());
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_pruned_model_computes_what_its_masked_donor_computes(string name)
    {
        using var golden = SafetensorsFile.Open(PruningGoldens.File(name, "surgery.safetensors"));
        using var donor = ImportanceSweepTests.Load(name);
        using var scope = torch.NewDisposeScope();
        var ids = Ids(golden);
        foreach (var plan in PruningGoldens.Plans(name).Values.Select(p => p with { Hidden = null }))
        {
            using var pruned = Surgery.Prune(donor, plan);
            var difference = (pruned.Head(pruned.Body(ids)) - donor.Head(MaskedDonor.Body(donor, plan, ids))).abs().max().item<float>();
            Assert.InRange(difference, 0, 1e-5f);
        }

        Assert.Throws<PrunusInputException>(() => MaskedDonor.Body(donor, new PruningPlan { Hidden = [0] }, ids));
    }

    [Fact]
    public void A_permutation_of_everything_computes_the_same()
    {
        using var golden = SafetensorsFile.Open(PruningGoldens.File("llama", "surgery.safetensors"));
        using var donor = ImportanceSweepTests.Load("llama");
        var plan = new PruningPlan
        {
            Hidden = [.. Enumerable.Range(0, 64).Reverse()],
            Ffn = [.. Enumerable.Repeat<int[]>([.. Enumerable.Range(0, 112).Reverse()], 3)],
            KvGroups = [[1, 0], [0, 1], [1, 0]],
            QueryHeads = [[3, 2, 1, 0], [1, 0, 2, 3], [2, 3, 0, 1]],
        };
        using var permuted = Surgery.Prune(donor, plan);
        Assert.InRange(Distance(Logits(permuted, golden), golden, "logits.full"), 0, 2e-4);
    }

    [Fact]
    public void A_plan_for_another_donor_is_refused_before_weights_are_read()
    {
        using var checkpoint = Checkpoint.Open(PruningGoldens.DonorFolder("llama"));
        var error = Assert.Throws<PrunusInputException>(() => new PrunedWeights(checkpoint, new PruningPlan { Donor = new PlanDonor("00") }));
        Assert.Contains("another donor", error.Message, StringComparison.Ordinal);
        Assert.Equal(3, new PrunedWeights(checkpoint, new PruningPlan { Donor = new PlanDonor(checkpoint.Fingerprint) }).Config.LayerCount);
    }

    private static torch.Tensor Ids(SafetensorsFile golden) => torch.tensor(golden.ReadInt64("input_ids")).view([.. golden.Tensors["input_ids"].Shape]);

    private static float[] Logits(Decoder decoder, SafetensorsFile golden)
    {
        using var scope = torch.NewDisposeScope();
        return decoder.Head(decoder.Body(Ids(golden))).data<float>().ToArray();
    }

    private static double Distance(float[] actual, SafetensorsFile golden, string key)
    {
        var expected = new float[golden.Tensors[key].ElementCount];
        golden.Read(key, 0, expected);
        return expected.Zip(actual).Max(p => Math.Abs((double)p.First - p.Second));
    }
}
