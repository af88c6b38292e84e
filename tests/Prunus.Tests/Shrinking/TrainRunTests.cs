using System.Text.Json.Nodes;
using Prunus.Checkpoints;
using Prunus.Runs;
using Prunus.Shrinking;

namespace Prunus.Tests.Shrinking;

public sealed class TrainRunTests(SmallJob job) : IClassFixture<SmallJob>
{
    [Fact]
    public void TrainingFromAConfig_LowersTheLoss_AndLeavesACheckpoint()
    {
        var output = job.New("trained");
        var record = SmallJob.Train(FromConfig() with { Healing = FromConfig().Healing with { Steps = 12, LearningRate = 1e-2 }, Licence = "cc0-1.0" }, output);
        Assert.Equal("train", record.Verb);
        Assert.True(record.Subjects[1].Measures["loss"] < record.Subjects[0].Measures["loss"] - 0.2);
        Assert.Equal(["README.md", "before.json", "config.json", "model.safetensors", "record.json", "run.json", "tokenizer.json", "trained.json"], SmallJob.Results(output).Keys);
        using var checkpoint = Checkpoint.Open(output);
        Assert.Equal("cc0-1.0", checkpoint.Licence);
    }

    [Fact]
    public void Distillation_BringsTheStudentTowardsItsTeacher()
    {
        var student = job.New("student");
        SmallJob.WriteDonor(student, SmallJob.Config(), seed: 2);
        var record = SmallJob.Train(new TrainOptions { Start = student, Teacher = job.Donor, Corpus = job.Options.Corpus, Healing = job.Healing with { Steps = 12 } }, job.New("distilled"));
        Assert.Equal("distill", record.Verb);
        var curve = record.Series.Single(s => s.Chart == "training loss").Y;
        Assert.True(curve[^1] < curve[0] * 0.9, $"{curve[0]} to {curve[^1]}");
    }

    [Fact]
    public void CancelledTraining_GoesOnToTheSameBytes()
    {
        var whole = job.New("train-whole");
        SmallJob.Train(FromConfig(), whole);
        var broken = job.New("train-broken");
        foreach (var at in (int[])[1, 3, 4])
        {
            using var stop = new StopAfter(at);
            Assert.Throws<OperationCanceledException>(() => SmallJob.Train(FromConfig(), broken, stop));
        }

        SmallJob.Train(FromConfig(), broken);
        Assert.Equal(SmallJob.Results(whole), SmallJob.Results(broken));
    }

    [Fact]
    public void BadStarts_AreRefused()
    {
        var small = job.New("other-tokenizer");
        SmallJob.WriteDonor(small, SmallJob.Config());
        File.WriteAllText(Path.Combine(small, "tokenizer.json"), File.ReadAllText(SmallJob.TokenizerFile).Replace("<|endoftext|>", "<|end|>", StringComparison.Ordinal));
        Refused("--teacher", new TrainOptions { Start = job.Donor, Teacher = small, Corpus = job.Options.Corpus, Healing = job.Healing });
        Refused("--teacher", new TrainOptions { Start = job.Donor, Corpus = job.Options.Corpus, Healing = job.Healing });
        Refused("--tokenizer", FromConfig() with { Tokenizer = null });
        Refused("--init-std", FromConfig() with { InitialDeviation = 0 });
        Refused(job.New("absent.json"), FromConfig() with { Start = job.New("absent.json") });
        File.WriteAllText(job.New("broken.json"), "{\"model_type\":");
        Refused(job.New("broken.json"), FromConfig() with { Start = job.New("broken.json") });
        File.WriteAllText(job.New("tiny.json"), SmallJob.Config(vocabulary: 300).ToJsonString());
        Refused(job.New("tiny.json"), FromConfig() with { Start = job.New("tiny.json") });
    }

    [Fact]
    public void ATeacherWithMoreRows_TeachesByThoseOfTheStudent()
    {
        var wide = job.New("wide");
        SmallJob.WriteDonor(wide, SmallJob.Config(vocabulary: 2056));
        var record = SmallJob.Train(new TrainOptions { Start = job.Donor, Teacher = wide, Corpus = job.Options.Corpus, Healing = job.Healing }, job.New("by-wide"));
        Assert.InRange(record.Metrics["teacher_discarded_mass"].Value, 1e-6, 0.1);
    }

    private TrainOptions FromConfig()
    {
        var config = job.New("config.json");
        File.WriteAllText(config, SmallJob.Config().ToJsonString());
        return new TrainOptions { Start = config, Tokenizer = SmallJob.TokenizerFile, Corpus = job.Options.Corpus, Healing = job.Healing.WithoutTeacher, Seed = 7 };
    }

    private void Refused(string subject, TrainOptions options) => Assert.StartsWith(
        subject + ": ", Assert.Throws<PrunusInputException>(() => SmallJob.Train(options, job.New("refused-" + Guid.NewGuid().ToString("n")))).Message, StringComparison.Ordinal);
}
