using Prunus.Shrinking;

namespace Prunus.Tests.Shrinking;

public class TeacherCorrectionOptionsTests
{
    [Theory]
    [InlineData("100")]
    [InlineData("along")]
    [InlineData("100;lr=0.0001;warmup=12;keep")]
    public void Text_survives_a_round_trip(string text) => Assert.Equal(text, TeacherCorrectionOptions.Parse(text).ToString());

    [Theory]
    [InlineData("often", "'often' is no number of steps")]
    [InlineData("0", "needs one step or more")]
    [InlineData("5;lr=0", "has a learning rate that is not above 0")]
    [InlineData("5;warmup=-1", "has a negative warm-up")]
    [InlineData("5;rate=1", "'rate=1' is no setting")]
    public void Faults_are_named(string text, string problem) => Assert.StartsWith(
        "--correct-teacher: " + problem, Assert.Throws<PrunusInputException>(() => TeacherCorrectionOptions.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_training_that_looks_at_no_teacher_corrects_none()
    {
        var options = new HealingOptions { TeacherCorrection = TeacherCorrectionOptions.Parse("5"), KlWeight = 0, CrossEntropyWeight = 1 };
        Assert.StartsWith("--correct-teacher: ", Assert.Throws<PrunusInputException>(options.Validate).Message, StringComparison.Ordinal);
        options.WithoutTeacher.Validate();
    }

    [Fact]
    public void Options_at_their_default_leave_the_identity_as_it_was()
    {
        Assert.DoesNotContain("hidden_states", new HealingOptions().ToJson().Select(p => p.Key));
        Assert.DoesNotContain("teacher_correction", new HealingOptions().ToJson().Select(p => p.Key));
        Assert.Equal("along", (string)new HealingOptions { TeacherCorrection = new() }.ToJson()["teacher_correction"]!);
    }
}
