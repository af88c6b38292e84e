using Prunus.Lottery.Experiments;
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
}
