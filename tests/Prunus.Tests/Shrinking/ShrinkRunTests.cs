using Prunus.Checkpoints;
using Prunus.Decoders;
using Prunus.Pruning;
using Prunus.Runs;
using Prunus.Shrinking;
using Prunus.Tokenizers;
using TorchSharp;

namespace Prunus.Tests.Shrinking;

public sealed class ShrinkRunTests(SmallJob job) : IClassFixture<SmallJob>
{
    [Fact]
    public void Run_LeavesACheckpoint_APlan_AndARecordOfWhatWasMeasured()
    {
        var output = job.New("whole");
        var record = SmallJob.Run(job.Options with { CompareWithScratch = true, SamplePrompt = "One day" }, output);
        Assert.Equal(
            ["README.md", "config.json", "distilled.json", "donor.json", "model.safetensors", "plan.json", "pruned.json", "record.json", "run.json", "scores.json", "scores.safetensors", "scratch.json", "tokenizer.json"],
            SmallJob.Results(output).Keys.Where(k => k != "generation_config.json"));
        Assert.Equal(RecordJson.Bytes(record), RecordJson.Bytes(RecordJson.ReadRecord(output)));
        Assert.Equal(["donor", "pruned", "distilled", "from scratch"], record.Subjects.Select(s => s.Name));

        using var donor = Checkpoint.Open(job.Donor);
        using var student = Checkpoint.Open(output);
        using var decoder = Decoder.Load(student, torch.CPU, torch.ScalarType.Float32);
        var plan = PruningPlan.Read(Path.Combine(output, "plan.json"));
        Assert.Equal(donor.Fingerprint, plan.Donor!.Fingerprint);
        Assert.Equal(plan.Resulting(DecoderConfig.FromHuggingFace(donor.Config, "donor")).Hidden, decoder.Config.Hidden);
        Assert.Equal(decoder.Parameters.Values.Sum(p => p.numel()), record.Metrics["parameters"].Value);
        Assert.InRange(record.Metrics["keep_share"].Value, 0.5, 0.65);
        Assert.Equal(donor.CarriedFiles["tokenizer.json"], student.CarriedFiles["tokenizer.json"]);
        Assert.Equal("cc-by-4.0", student.Licence);
        Assert.Contains("| distilled |", File.ReadAllText(Path.Combine(output, "README.md")), StringComparison.Ordinal);
        Assert.Equal(6, record.Series.First(s => s.Chart == "training loss").Y.Count);
        Assert.Equal([3.0, 6.0], record.Series.First(s => s.Chart == "held-out loss").X);
        Assert.All(record.Samples, s => Assert.Equal("One day", s.Prompt));

        // The weights written are those that were measured.
        var loss = record.Subjects.ToDictionary(s => s.Name, s => s.Measures["loss"]);
        Assert.Equal(loss["distilled"], Healing.HeldOutLoss(decoder, Corpus.Read(job.Options.Corpus, Tokenizer.Load(SmallJob.TokenizerFile)), 32, cancellation: TestContext.Current.CancellationToken).MeanLoss, 1e-6);
        var expected = loss["pruned"] > loss["donor"] ? (loss["pruned"] - loss["distilled"]) / (loss["pruned"] - loss["donor"]) : 0;
        Assert.Equal(expected, record.Metrics["gap_closed_share"].Value, 1e-12);
    }

    [Theory]
    [InlineData(2.0, 4.0, 3.0, 0.5), InlineData(2.0, 4.0, 4.5, -0.25), InlineData(2.0, 4.0, 1.0, 1.5), InlineData(2.0, 1.5, 1.0, 0.0)]
    public void GapClosed_IsTheShareOfTheLossBroughtBack(double donor, double pruned, double distilled, double expected)
    {
        ModelMeasures[] models = [Measured("donor", donor), Measured("pruned", pruned), Measured("distilled", distilled)];
        Assert.Equal(expected, ShrinkRecord.GapClosed(models), 1e-12);

        static ModelMeasures Measured(string name, double loss) => new(name, 1, 1, 4, 1, loss, [loss], "", [], [], []);
    }

    [Fact]
    public void NoSteps_LeaveThePrunedModel()
    {
        var record = SmallJob.Run(job.Options with { Healing = job.Healing with { Steps = 0 } }, job.New("no-steps"));
        Assert.Equal(0, record.Metrics["gap_closed_share"].Value);
        Assert.Equal(0, record.Metrics["tokens"].Value);
        Assert.Equal(record.Subjects[1].Measures["loss"], record.Subjects[2].Measures["loss"]);
        Assert.Empty(record.Series);
    }

    [Fact]
    public void GivenPlan_IsFollowed_WithoutScores()
    {
        var file = job.New("depth-plan.json");
        using (var donor = Checkpoint.Open(job.Donor))
        {
            (new PruningPlan { Layers = [0, 2] } with { Donor = new PlanDonor(donor.Fingerprint) }).Write(file);
        }

        var output = job.New("planned");
        SmallJob.Run(job.Options with { PlanFile = file }, output);
        Assert.DoesNotContain("scores.safetensors", SmallJob.Results(output).Keys);
        using var student = Checkpoint.Open(output);
        Assert.Equal(2, DecoderConfig.FromHuggingFace(student.Config, "student").LayerCount);
        Assert.Equal(32, DecoderConfig.FromHuggingFace(student.Config, "student").Hidden);
    }

    [Fact]
    public void PlanForAnotherDonor_IsRefused()
    {
        var file = job.New("foreign-plan.json");
        (new PruningPlan { Layers = [0, 2] } with { Donor = new PlanDonor(new string('a', 64)) }).Write(file);
        var refused = Assert.Throws<PrunusInputException>(() => SmallJob.Run(job.Options with { PlanFile = file }, job.New("foreign")));
        Assert.StartsWith(file + ": ", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("random"), InlineData("magnitude")]
    public void ControlsOfImportance_RunTheSameWay(string importance) =>
        Assert.InRange(SmallJob.Run(job.Options with { Prune = job.Options.Prune with { Importance = importance }, Healing = job.Healing with { Steps = 1 } }, job.New(importance)).Metrics["keep_share"].Value, 0.5, 0.65);

    [Fact]
    public void BadOptions_AreRefusedBeforeAnythingIsComputed()
    {
        var options = job.Options;
        Refused("--tau", options with { Healing = options.Healing with { Temperature = 0 } });
        Refused("--tau", options with { Healing = options.Healing with { Temperature = -1 } });
        Refused("--tau", options with { Healing = options.Healing with { Temperature = double.NaN } });
        Refused("--ce", options with { Healing = options.Healing with { KlWeight = 0 } });
        Refused("--lr", options with { Healing = options.Healing with { LearningRate = 0 } });
        Refused("--calibration", options with { CalibrationSequences = 0 });
        Refused("--keep", options with { Prune = new PruneOptions { Target = new PlanTarget { Keep = 1.5 } } });
        Refused("text.txt", options with { Healing = options.Healing with { Block = 100_000 } });
        Refused("text.txt", options with { Healing = options.Healing with { Batch = 1 }, Corpus = options.Corpus with { Texts = [new TextWeight(job.Text), new TextWeight(job.Text)] } });
        Refused(job.New("absent.txt"), options with { Corpus = new CorpusOptions { Texts = [new TextWeight(job.New("absent.txt"))] } });
        File.WriteAllText(job.New("short.txt"), "too short");
        Refused(job.New("short.txt"), options with { Corpus = new CorpusOptions { Texts = [new TextWeight(job.New("short.txt"))] } });
    }

    [Fact]
    public void TokenizerLargerThanTheVocabulary_IsRefused()
    {
        var donor = job.New("small-vocabulary");
        SmallJob.WriteDonor(donor, SmallJob.Config(vocabulary: 512));
        Refused(donor, job.Options with { Donor = donor });
    }

    [Fact]
    public void NaNInTheDonor_IsNamed()
    {
        var donor = job.New("nan");
        SmallJob.WriteDonor(donor, SmallJob.Config(), change: (p, values) => values[^1] = p.Name == "layers.1.ffn.up.weight" || p.Name.Contains("1.", StringComparison.Ordinal) ? float.NaN : values[^1]);
        var e = Refused(donor, job.Options with { Donor = donor });
        Assert.Contains("NaN", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FolderOfAnotherRun_OrInUse_IsRefused()
    {
        var output = job.New("taken");
        var quick = job.Options with { Healing = job.Healing with { Steps = 0 } };
        SmallJob.Run(quick, output);
        var before = SmallJob.Results(output);
        Assert.Contains("holds another run", Assert.Throws<PrunusInputException>(() => SmallJob.Run(job.Options, output)).Message, StringComparison.Ordinal);
        using (var checkpoint = Checkpoint.Open(job.Donor))
        using (RunFolder.Open(ShrinkRun.Identity(quick, checkpoint, torch.CPU), output))
        {
            Assert.Contains("is in use", Assert.Throws<PrunusInputException>(() => SmallJob.Run(quick, output)).Message, StringComparison.Ordinal);
        }

        SmallJob.Run(quick, output);
        Assert.Equal(before, SmallJob.Results(output));
    }

    private PrunusInputException Refused(string subject, ShrinkOptions options)
    {
        var output = job.New("refused-" + Guid.NewGuid().ToString("n"));
        var e = Assert.Throws<PrunusInputException>(() => SmallJob.Run(options, output));
        Assert.StartsWith(subject + ": ", e.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(output) && SmallJob.Results(output).Keys.Any(k => k != RunFile.Name));
        return e;
    }
}
