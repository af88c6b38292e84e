using Prunus.Shrinking;

namespace Prunus.Tests.Shrinking;

/// <summary>A training that finds what the teacher said leaves the bytes of one that asked it.</summary>
public sealed class TeacherCacheTests(SmallJob job) : IClassFixture<SmallJob>
{
    [Fact]
    public void KeptStates_GiveTheSameBytes_EvenWhereFilesAreDamagedOrGone()
    {
        var options = job.Options with { Healing = job.Healing with { MicroBatch = 2 } };
        SmallJob.Run(options, job.New("asked"));
        var expected = SmallJob.Results(job.New("asked"));
        var cache = job.New("cache");
        var cached = options with { Healing = options.Healing with { TeacherCache = cache } };

        SmallJob.Run(cached, job.New("cold"));
        Assert.Equal(expected, SmallJob.Results(job.New("cold")));
        var files = Directory.GetFiles(cache, "*", SearchOption.AllDirectories);
        Assert.InRange(files.Length, 1, cached.Healing.Steps * cached.Healing.Batch!.Value);
        Assert.All(files, f => Assert.Equal(32 + (32 * 32 * sizeof(float)), new FileInfo(f).Length));

        var bytes = File.ReadAllBytes(files[0]);
        bytes[^1] ^= 1;
        File.WriteAllBytes(files[0], bytes);
        File.WriteAllBytes(files[^1], bytes[..40]);
        SmallJob.Run(cached, job.New("damaged"));
        Assert.Equal(expected, SmallJob.Results(job.New("damaged")));

        var before = files.ToDictionary(f => f, File.GetLastWriteTimeUtc);
        SmallJob.Run(cached, job.New("warm"));
        Assert.Equal(expected, SmallJob.Results(job.New("warm")));
        Assert.Equal(before, Directory.GetFiles(cache, "*", SearchOption.AllDirectories).ToDictionary(f => f, File.GetLastWriteTimeUtc));
    }

    [Fact]
    public void AnotherTeacher_FindsNothing()
    {
        var cache = job.New("shared");
        var options = job.Options with { Healing = job.Healing with { TeacherCache = cache } };
        SmallJob.Run(options, job.New("first"));
        var other = job.New("other-donor");
        SmallJob.WriteDonor(other, SmallJob.Config(), seed: 2);
        SmallJob.Run(options with { Donor = other }, job.New("second"));
        SmallJob.Run(job.Options with { Donor = other }, job.New("second-asked"));
        Assert.Equal(2, Directory.GetDirectories(cache).Length);
        Assert.Equal(SmallJob.Results(job.New("second-asked")), SmallJob.Results(job.New("second")));
    }

    [Fact]
    public void WhatNeedsMoreThanLastStates_IsRefused()
    {
        var fault = Assert.Throws<PrunusInputException>(() => (job.Healing with { TeacherCache = "x", HiddenStates = Prunus.Distillation.HiddenStates.HiddenStateOptions.Parse("embedding") }).Validate());
        Assert.Equal("--teacher-cache", fault.Subject);
        Assert.Throws<PrunusInputException>(() => (job.Healing with { TeacherCache = "x", TeacherCorrection = TeacherCorrectionOptions.Parse("along") }).Validate());
    }

    [Fact]
    public void AFolderThatCannotBe_IsNamed()
    {
        var file = job.New("a-file");
        File.WriteAllText(file, "");
        var options = job.Options with { Healing = job.Healing with { TeacherCache = Path.Combine(file, "cache") } };
        Assert.Equal("--teacher-cache", Assert.Throws<PrunusInputException>(() => SmallJob.Run(options, job.New("refused"))).Subject);
    }
}
