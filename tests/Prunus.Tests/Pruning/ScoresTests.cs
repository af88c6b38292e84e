using Prunus.Checkpoints;
using Prunus.Decoders;
using Prunus.Pruning;
using TorchSharp;

namespace Prunus.Tests.Pruning;

public sealed class ScoresTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("prunus-scores-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Scores_survive_the_disk_to_the_last_bit()
    {
        var path = Path.Combine(_folder, "scores.safetensors");
        ScoresFile.Write(new Scores(new Dictionary<string, double[]> { ["bi"] = [0.1, 1 / 3.0], ["hidden.in.l2_mean"] = [1e-300, 2, 3] }, "f00d", 7, 70), path);
        var again = ScoresFile.Read(path);
        Assert.Equal([0.1, 1 / 3.0], again.Values["bi"]);
        Assert.Equal([1e-300, 2, 3], again.Values["hidden.in.l2_mean"]);
        Assert.Equal(("f00d", 7, 70), (again.Donor, again.Sequences, again.Tokens));
        Assert.Contains("lowest_first", File.ReadAllText(Path.ChangeExtension(path, ".json")), StringComparison.Ordinal);
    }

    [Fact]
    public void Files_that_are_no_scores_are_refused()
    {
        var path = Path.Combine(_folder, "other.safetensors");
        SafetensorsWriter.Write(path, [new TensorSource("w", ElementType.F32, [1, 1], () => [new byte[4]])]);
        Assert.Contains("no list of scores", Assert.Throws<PrunusInputException>(() => ScoresFile.Read(path)).Message, StringComparison.Ordinal);
        SafetensorsWriter.Write(path, [new TensorSource("bi", ElementType.F64, [1], () => [BitConverter.GetBytes(double.NaN)])]);
        Assert.Contains("NaN", Assert.Throws<PrunusInputException>(() => ScoresFile.Read(path)).Message, StringComparison.Ordinal);
        Assert.Throws<PrunusInputException>(() => ScoresFile.Read(Path.Combine(_folder, "absent")));
    }

    [Fact]
    public void Magnitude_by_hand()
    {
        var config = new DecoderConfig
        {
            Family = "llama", VocabSize = 1, Hidden = 2, HeadDim = 1, MaxPositions = 4, TiedEmbeddings = true, Layers = [new LayerConfig(2, 1, 1)],
        };
        var scores = MagnitudeImportance.Score(config, p => [.. Enumerable.Range(0, (int)p.ElementCount).Select(i => i == p.ElementCount - 1 ? 2f : 1f)]);

        // Last entries are 2: hidden 0 has 1 in all of embed, 3 norms, q (2), k, v, gate, up (1 each), o and down rows of 1s.
        Assert.Equal(Math.Sqrt(1 + 3 + 2 + 2 + 2 + 2 + 1), scores.Values["hidden.magnitude"][0], 12);
        Assert.Equal(Math.Sqrt(4 + 12 + (1 + 4) + (2 * 4) + (1 + 4) + (2 * 4) + 4), scores.Values["hidden.magnitude"][1], 12);
        Assert.Equal([Math.Sqrt(2 + 2), Math.Sqrt(5 + 5)], scores.Values["L0.head.magnitude"]);
        Assert.Equal(Math.Sqrt((5 + 5) + (2 + 2) + (5 + 5)), Assert.Single(scores.Values["L0.group.magnitude"]), 12);
        Assert.Equal(Math.Sqrt(5 * 3), Assert.Single(scores.Values["L0.ffn.magnitude"]), 12);
    }

    [Fact]
    public void Random_scores_are_a_function_of_the_seed_and_every_method_can_plan()
    {
        var donor = PruningGoldens.Donor("llama");
        var shape = Planner.Propose(donor, new PlanTarget { Hidden = 48, Ffn = 72, Layers = 2, QueryHeads = 2 }).Shape;
        using var checkpoint = Checkpoint.Open(PruningGoldens.DonorFolder("llama"));
        var weights = new PrunedWeights(checkpoint, new PruningPlan());
        foreach (var method in ImportanceMethods.All.Where(m => !m.NeedsCalibration))
        {
            var plans = new[] { 1L, 1L, 2L }.Select(seed => Selection.Plan(donor, shape, method.WithoutData!(donor, weights.Read, seed), method.Selection).ToJson()).ToArray();
            Assert.Equal(plans[0], plans[1]);
            Assert.Equal(method.Id == "random", plans[0] != plans[2]);
        }

        Assert.Throws<PrunusInputException>(() => ImportanceMethods.Named("luck"));
        Assert.Throws<PrunusInputException>(() => Aggregation.Parse("l2"));
        Assert.Equal(new Aggregation(Statistic.Mean, Statistic.Variance), Aggregation.Parse("mean:var"));
    }

    [Fact]
    public void Calibration_sequences_come_from_files_and_texts()
    {
        var batches = CalibrationBatches.FromIds(PruningGoldens.File("llama", "calib.safetensors"), 320);
        Assert.Equal([[2, 24], [3, 24], [2, 17]], batches.Select(b => b.shape));
        Assert.Contains("id", Assert.Throws<PrunusInputException>(() => CalibrationBatches.FromIds(PruningGoldens.File("llama", "calib.safetensors"), 5)).Message, StringComparison.Ordinal);
        Assert.Throws<PrunusInputException>(() => CalibrationBatches.FromIds(PruningGoldens.File("llama", "importance.safetensors"), 320));
        Assert.Equal([2, 3], CalibrationBatches.FromTokens([1, 2, 3, 4, 5, 6, 7], 3, 8, 10).shape);
        Assert.Equal([1, 2], CalibrationBatches.FromTokens([1, 2], 3, 8, 10).shape);
        Assert.Throws<PrunusInputException>(() => CalibrationBatches.FromTokens([1], 3, 8, 10));
        Assert.Throws<PrunusInputException>(() => CalibrationBatches.FromTokens([1, 10], 3, 8, 10));
    }

    [Theory]
    [InlineData("llama")]
    [InlineData("gpt2")]
    [InlineData("gemma2")]
    public void A_written_student_loads_and_computes_as_the_reference(string name)
    {
        using var donor = Checkpoint.Open(PruningGoldens.DonorFolder(name));
        var weights = new PrunedWeights(donor, PruningGoldens.Plans(name)["all"]);
        var folder = Path.Combine(_folder, "student");
        StudentCheckpoint.Write(folder, donor, weights.Config, weights.Read, StudentCheckpoint.TypeLike(weights.DonorStoredAs), ["pruned"]);
        using var written = Checkpoint.Open(folder);
        using var student = Decoder.Load(written, torch.CPU, torch.ScalarType.Float32);
        using var golden = SafetensorsFile.Open(PruningGoldens.File(name, "surgery.safetensors"));
        using var scope = torch.NewDisposeScope();
        var expected = new float[golden.Tensors["logits.all"].ElementCount];
        golden.Read("logits.all", 0, expected);
        var actual = student.Head(student.Body(torch.tensor(golden.ReadInt64("input_ids")).view([.. golden.Tensors["input_ids"].Shape])));
        Assert.InRange((actual.flatten() - torch.tensor(expected)).abs().max().item<float>(), 0, 2e-4f);
        Assert.Equal("float32", (written.Config["dtype"] ?? written.Config["torch_dtype"])!.GetValue<string>());
        Assert.Contains("| hidden | 64 |", File.ReadAllText(Path.Combine(folder, "README.md")), StringComparison.Ordinal);
        Assert.Equal(DecoderValues.Read(student, student.Config.Parameters()[0]), weights.Read(weights.Config.Parameters()[0]));
    }
}
