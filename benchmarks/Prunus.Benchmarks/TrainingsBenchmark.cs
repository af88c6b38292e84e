using System.Diagnostics;
using System.Globalization;
using Prunus.Lottery;
using Prunus.Lottery.Training;
using Prunus.Native;
using Prunus.Native.Cuda;
using Prunus.Vision;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Benchmarks;

/// <summary>Steps per second of several trainings of one net at a time, each on a thread and a stream of its own, kernel by kernel and as CUDA graphs.</summary>
internal static class TrainingsBenchmark
{
    private static readonly int[] Threads = [1, 2, 4, 8];

    public static void Run(string deviceName, string name, int batch, int steps)
    {
        var device = Devices.Parse(deviceName);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{device}, {name}, batch {batch}, {steps} steps of SGD with momentum a training"));
        foreach (var graphs in device.type == DeviceType.CUDA ? new[] { false, true } : [false])
        {
            var one = 0.0;
            foreach (var threads in Threads)
            {
                var (rate, fault) = Rate(device, name, batch, steps, threads, graphs);
                one = threads == 1 ? rate : one;
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{threads} at a time{(graphs ? ", graphs" : "")}: {rate:F1} steps/s together, {rate / one:F2} of one{(fault is null ? "" : "; not recorded: " + fault)}"));
            }
        }
    }

    // Of the second training of each, all of which begin together; to the end of the last.
    private static (double Rate, string? Fault) Rate(Device device, string name, int batch, int steps, int threads, bool graphs)
    {
        using var ready = new Barrier(threads);
        var (seconds, faults) = (new double[threads], new string?[threads]);
        var workers = Enumerable.Range(0, threads).Select(i => Task.Factory.StartNew(() => Train(i), TaskCreationOptions.LongRunning)).ToArray();
        Task.WaitAll(workers);
        return (threads * steps / seconds.Max(), Array.Find(faults, f => f is not null));

        void Train(int i)
        {
            try
            {
                Timed(i);
            }
            catch
            {
                // Lest the others wait for this one.
                ready.RemoveParticipant();
                throw;
            }
        }

        void Timed(int i)
        {
            using var stream = SideStream.Own(device);
            using var scope = NewDisposeScope();
            using var net = new VisionTicketNet(VisionNet.Initialise(VisionNets.Named(name, MapShape.Cifar, NoiseImages.Classes), VisionInitialisations.Named("kaiming-normal"), i, device));
            using var batches = NoiseImages.Batches(device, batch);
            Go(10);
            ready.SignalAndWait();
            var start = Stopwatch.GetTimestamp();
            Go(steps);
            seconds[i] = Stopwatch.GetElapsedTime(start).TotalSeconds;

            void Go(int last)
            {
                var options = new MaskedTrainingOptions { LastStep = last, Schedule = LearningRateSchedule.Constant(0.01), Optimiser = new SgdOptions { WeightDecay = 1e-4 }, EvaluateEvery = 0 };
                var trainer = new MaskedTrainer(net, step => batches.Train(step), options) { Recorder = graphs ? () => new CudaStepRecorder(device) : null };
                trainer.Run().Dispose();
                faults[i] ??= trainer.RecordingFault;
            }
        }
    }
}
