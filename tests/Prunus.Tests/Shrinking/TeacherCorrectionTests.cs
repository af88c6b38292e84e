using Prunus.Checkpoints;
using Prunus.Distillation.HiddenStates;
using Prunus.Shrinking;

namespace Prunus.Tests.Shrinking;

/// <summary>Shrink and distill runs with a corrected teacher and hidden-state losses.</summary>
public sealed class TeacherCorrectionTests(SmallJob job) : IClassFixture<SmallJob>
{
    [Theory]
    [InlineData("8;lr=0.005;keep")]
    [InlineData("along;lr=0.005;keep")]
    public void Stopped_shrink_goes_on_to_the_same_bytes(string correction)
    {
        var options = Shrink(correction);
        var whole = job.New("whole-" + correction[..1]);
        using var all = new StopAfter(int.MaxValue);
        var record = SmallJob.Run(options, whole, all);
        var losses = record.Subjects.ToDictionary(s => s.Name, s => s.Measures["loss"]);
        Assert.True(losses["corrected teacher"] < losses["donor"] - 0.05, $"{losses["donor"]} to {losses["corrected teacher"]}");
        Assert.Contains(record.Series, s => s.Name == "distilled: output@2:1");
        using (var kept = Checkpoint.Open(Path.Combine(whole, "teacher")))
        {
            Assert.Equal("cc-by-4.0", kept.Licence);
        }

        string[] moments = correction.StartsWith("along", StringComparison.Ordinal) ? ["distill 3", "distill 5"] : ["teacher 4", "distill 0", "distill 4"];
        foreach (var moment in moments)
        {
            using var stop = new StopAfter(all.Seen.ToList().IndexOf(moment) is >= 0 and var at ? at + 1 : throw new InvalidOperationException($"no {moment}"));
            var broken = job.New($"broken-{correction[..1]}-{moment.Replace(' ', '-')}");
            Assert.Throws<OperationCanceledException>(() => SmallJob.Run(options, broken, stop));
            SmallJob.Run(options, broken);
            Assert.Equal(SmallJob.Results(whole), SmallJob.Results(broken));
        }
    }

    [Fact]
    public void Distill_corrects_its_teacher_too()
    {
        var student = job.New("student");
        SmallJob.WriteDonor(student, SmallJob.Config(), seed: 2);
        var record = SmallJob.Train(new TrainOptions { Start = student, Teacher = job.Donor, Corpus = job.Options.Corpus, Healing = Shrink("6;lr=0.005").Healing }, job.New("distilled"));
        Assert.Equal(["before", "corrected teacher", "trained"], record.Subjects.Select(s => s.Name));
        Assert.False(Directory.Exists(Path.Combine(job.New("distilled"), "teacher")));
    }

    [Fact]
    public void A_map_that_points_outside_is_refused_before_training()
    {
        var options = Shrink("along") with { Healing = Shrink("along").Healing with { HiddenStates = HiddenStateOptions.Parse("output@7:1") } };
        Assert.Contains("points outside the teacher: its layers are 0 to 2", Assert.Throws<PrunusInputException>(() => SmallJob.Run(options, job.New("outside"))).Message, StringComparison.Ordinal);
    }

    private ShrinkOptions Shrink(string correction) => job.Options with
    {
        Healing = job.Healing with { TeacherCorrection = TeacherCorrectionOptions.Parse(correction), HiddenStates = HiddenStateOptions.Parse("output@2:1,embedding,attention@0:0") },
    };
}
