using Prunus.Lottery.Experiments;
using Prunus.Lottery.Experiments.Materials;
using Prunus.Lottery.Training;
using TorchSharp;

namespace Prunus.Tests.Lottery.Experiments;

public sealed class TicketTrainingTests
{
    // On a CPU a quarter is lost at most; on a GPU short trainings are done again, long ones keep states, written-out steps one at the end.
    [Theory]
    [InlineData(DeviceType.CPU, 4000, false, true, 1000)]
    [InlineData(DeviceType.CPU, 2, false, true, 1)]
    [InlineData(DeviceType.CPU, 4000, true, true, 1000)]
    [InlineData(DeviceType.CUDA, 5000, false, false, 0)]
    [InlineData(DeviceType.CUDA, 60000, false, true, 5000)]
    [InlineData(DeviceType.CUDA, 60000, true, true, 0)]
    public void States_are_kept_where_they_pay(DeviceType device, int iterations, bool writtenOut, bool kept, int every)
    {
        var options = new TicketTraining("adam", 1e-3, 60, iterations, 100).WithStates(new MaskedTrainingOptions { LastStep = iterations, Schedule = LearningRateSchedule.Constant(1) }, "folder", device, writtenOut);
        Assert.Equal((kept ? "folder" : null, every), (options.CheckpointFolder, options.SaveEvery));
    }

    private static TicketTraining Plain => new("adam", 1e-3, 50, 200, 100) { Validation = 200 };

    [Fact]
    public void Numbers_out_of_range_are_all_named()
    {
        Refused("images -3 is below 1; correct it", Plain with { Images = -3 });
        Refused("images 0 is below 1, test_images -1 is below 1; correct these 2 values", Plain with { Images = 0, TestImages = -1 });
        Refused("batch 0 is below 1, validation -5 is below 1, block 1 is below 2, split_seed -1 is below 0; correct these 4 values", Plain with { Batch = 0, Validation = -5, Block = 1, SplitSeed = -1 });
        Refused("iterations 0 is below 1; correct it", Plain with { Iterations = 0 });
        Refused("warm-up of 201 steps is not within the 200 of the training, drop at step 300 is never reached in 200 steps; correct these 2 values", Plain with { Drops = [300], WarmUp = 201 });

        static void Refused(string message, TicketTraining training) => Assert.Equal("mine: " + message, Assert.Throws<PrunusInputException>(() => training.Validate("mine")).Message);
    }

    // Of 2,000 images 200 are held back.
    [Theory]
    [InlineData(5, 50, "blobs: gives 5 training images (images), too few for a batch of 50; raise 'images' or lower 'batch'")]
    [InlineData(49, 50, "blobs: gives 49 training images (images), too few for a batch of 50; raise 'images' or lower 'batch'")]
    [InlineData(400, 500, "blobs: gives 400 training images (images), too few for a batch of 500; raise 'images' or lower 'batch'")]
    [InlineData(null, 1801, "blobs: has 2000 training images, too few for 200 held back (validation) and a batch of 1801; lower 'validation' or 'batch'")]
    [InlineData(50, 50, null)]
    [InlineData(null, 1800, null)]
    public void A_batch_must_be_there(int? images, int batch, string? message)
    {
        var fault = Record.Exception(() => StudyData.Check("blobs", Plain with { Images = images, Batch = batch }));
        Assert.Equal(message, fault?.Message);
        Assert.Equal(message, Record.Exception(() => StudyData.Load("blobs", Prunus.Datasets.Images.ImageSetSearch.From(null), Plain with { Images = images, Batch = batch }))?.Message);
    }

    [Fact]
    public void No_set_holds_back_more_than_can_be_counted() => Assert.StartsWith(
        "blobs: has 2000 training images, too few for 2147483647 held back", Assert.Throws<PrunusInputException>(() => StudyData.Check("blobs", Plain with { Validation = int.MaxValue })).Message, StringComparison.Ordinal);
}
