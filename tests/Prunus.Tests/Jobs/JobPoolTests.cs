using System.Text.Json.Nodes;
using Prunus.Jobs;
using Prunus.Tests.Runs;
using Prunus.Tests.Shrinking;

namespace Prunus.Tests.Jobs;

public sealed class JobPoolTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static JobKind Doubling(List<string>? log = null) => new("doubling", (setup, device) => new Doubler(setup, device, log));

    [Fact]
    public void InThisProcess_EveryJobIsDoneOnce_AndFailuresKeepNoOtherFromGoingOn()
    {
        var log = new List<string>();
        using var pool = new JobPool(Doubling(log), new JsonObject { ["factor"] = 2 }, new JobPoolOptions());
        using var seen = new StopAfter(int.MaxValue);
        var outcomes = pool.Run("work", [Job("a", 3), Job("bad", -1), Job("broken", -2), Job("b", 4)], seen, TestContext.Current.CancellationToken);
        Assert.Equal([6, null, null, 8], outcomes.Select(o => (int?)o.Result?["value"]));
        Assert.Equal("job bad: is negative; give a number above 0", outcomes[1].Failure!.ToString());
        Assert.IsType<PrunusInputException>(outcomes[1].Failure!.ToException());
        Assert.Equal("broken: InvalidOperationException: two below; repeat the command to try it again", outcomes[2].Failure!.ToString());
        Assert.IsType<PrunusRunException>(outcomes[2].Failure!.ToException());
        Assert.Equal(["made on cpu", "3", "-1", "-2", "gone", "made on cpu", "4"], log);
        Assert.Equal("work 40", seen.Seen[^1]);

        log.Clear();
        Assert.Equal([6, 8], pool.Run("again", [Job("a", 3), Job("b", 4)], cancellation: TestContext.Current.CancellationToken).Select(o => (int)o.Result!["value"]!));
        Assert.Empty(log);
    }

    [Fact]
    public void ADeviceWithoutMemory_IsSaid()
    {
        using var pool = new JobPool(Doubling(), new JsonObject { ["factor"] = 2 }, new JobPoolOptions());
        var failure = pool.Run("work", [Job("big", -3)], cancellation: TestContext.Current.CancellationToken)[0].Failure!;
        Assert.Equal("big: the device has not enough memory; use fewer --jobs, a smaller batch or --device cpu", failure.ToString());
        Assert.True(failure.EndsWorker);
    }

    // Of a kind that may: no program is started, though two jobs run at a time, and what they share is made once.
    [Fact]
    public void OnAGpu_ThreadsShareAWorker()
    {
        var log = new List<string>();
        using (var pool = new JobPool(Doubling(log) with { MostThreads = 2 }, new JsonObject { ["factor"] = 2 }, OnGpu(2)))
        {
            var outcomes = pool.Run("work", [.. Enumerable.Range(1, 5).Select(i => Job($"j{i}", i))], cancellation: TestContext.Current.CancellationToken);
            Assert.Equal([2, 4, 6, 8, 10], outcomes.Select(o => (int?)o.Result?["value"]));
        }

        Assert.Equal(["made on cuda:0", "gone"], log.Where(l => !int.TryParse(l, out _)));
    }

    // The first job waits in the worker until the second has broken it and the third is done by another.
    [Fact]
    public void OnAGpu_AWorkerThatAJobBroke_EndsWhenTheOthersAreOut()
    {
        var log = new List<string>();
        using (var pool = new JobPool(Doubling(log) with { MostThreads = 2 }, new JsonObject { ["factor"] = 2 }, OnGpu(2)))
        using (var stop = new CancellationTokenSource())
        {
            var run = Task.Run(() => pool.Run("work", [Job("waits", 0), Job("broken", -2), Job("b", 4)], cancellation: stop.Token), TestContext.Current.CancellationToken);
            Assert.True(SpinWait.SpinUntil(() => File.Exists(_folder["b.json"]), TimeSpan.FromSeconds(20)));
            Assert.DoesNotContain("gone", log);
            stop.Cancel();
            Assert.ThrowsAny<OperationCanceledException>(() => run.GetAwaiter().GetResult());
            Assert.Equal("gone", log[^1]);
        }

        Assert.Equal(["made on cuda:0", "made on cuda:0", "gone", "gone"], log.Where(l => !int.TryParse(l, out _)));
    }

    [Fact]
    public void CancelledBetweenJobs_TheSameCallDoesWhatIsLeft()
    {
        using var pool = new JobPool(Doubling(), new JsonObject { ["factor"] = 3 }, new JobPoolOptions());
        Job[] jobs = [Job("a", 1), Job("b", 2), Job("c", 3)];
        using var stop = new StopAfter(3);
        Assert.Throws<OperationCanceledException>(() => pool.Run("work", jobs, stop, stop.Token));
        Assert.True(File.Exists(jobs[0].ResultPath));
        Assert.False(File.Exists(jobs[2].ResultPath));
        Assert.Equal([3, 6, 9], pool.Run("work", jobs, cancellation: TestContext.Current.CancellationToken).Select(o => (int)o.Result!["value"]!));
    }

    [Fact]
    public void InProcesses_WorkersStay_CrashesAreNamed_AndTheNextJobGetsANewProcess()
    {
        using var pool = new JobPool(Doubling(), [], Processes(2));
        var first = pool.Run("work", [.. Enumerable.Range(0, 6).Select(i => Job($"j{i}", i))], cancellation: TestContext.Current.CancellationToken);
        var ids = first.Select(o => (int)o.Result!["pid"]!).Distinct().ToArray();
        Assert.InRange(ids.Length, 1, 2);
        var second = pool.Run("work", [Job("crash", 1), Job("k1", 1), Job("k2", 2)], cancellation: TestContext.Current.CancellationToken);
        Assert.Equal("crash: its process ended with code 7 (out of luck); repeat the command to try it again; with fewer --jobs if memory ran out", second[0].Failure!.ToString());
        Assert.All(second.Skip(1), o => Assert.NotNull(o.Result));
    }

    [Fact]
    public void Cancelled_ProcessesAreAskedToStop()
    {
        using var pool = new JobPool(Doubling(), [], Processes(2));
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        Assert.ThrowsAny<OperationCanceledException>(() => pool.Run("work", [Job("hang", 1), Job("hang2", 1), Job("c", 1)], cancellation: stop.Token));
        Assert.True(File.Exists(_folder["hang.json.stopped"]));
    }

    [Fact]
    public void WorkerLoop_DoesJobsUntilItsInputEnds_AndCancelsTheOneAtHandThen()
    {
        using var pipe = new System.IO.Pipes.AnonymousPipeServerStream(System.IO.Pipes.PipeDirection.Out);
        using var input = new StreamReader(new System.IO.Pipes.AnonymousPipeClientStream(System.IO.Pipes.PipeDirection.In, pipe.ClientSafePipeHandle));
        using var output = new StringWriter { NewLine = "\n" };
        var log = new List<string>();
        var loop = Task.Run(() => JobWorkerLoop.Run(input, output, [Doubling(log)], CancellationToken.None), TestContext.Current.CancellationToken);
        using (var lines = new StreamWriter(pipe))
        {
            lines.WriteLine(JobMessage.Start("doubling", new JsonObject { ["factor"] = 5 }, "cuda:1"));
            lines.WriteLine(JobMessage.Work(Job("a", 2)));
            lines.WriteLine(JobMessage.Work(Job("bad", -1)));
            lines.WriteLine(JobMessage.Work(Job("waits", 0)));
            lines.Flush();
            SpinWait.SpinUntil(() => File.Exists(_folder["waits.json.lock"]), TimeSpan.FromSeconds(20));
        }

        Assert.ThrowsAny<OperationCanceledException>(() => loop.GetAwaiter().GetResult());
        Assert.Equal(["made on cuda:1", "2", "-1", "0", "gone"], log);
        Assert.Equal(10, (int)JobAttempt.Result(Job("a", 2))!["value"]!);
        var replies = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(JobMessage.ReadReply).Where(r => r.Ended).ToArray();
        Assert.Equal([null, "job bad: is negative; give a number above 0"], replies.Select(r => r.Failure?.ToString()));
    }

    [Fact]
    public void BadOptions_AreRefused()
    {
        Assert.StartsWith("--jobs: ", Assert.Throws<PrunusInputException>(() => new JobPool(Doubling(), [], new JobPoolOptions { Workers = 0 })).Message, StringComparison.Ordinal);
        Assert.StartsWith("--devices: ", Assert.Throws<PrunusInputException>(() => new JobPool(Doubling(), [], new JobPoolOptions { Devices = [] })).Message, StringComparison.Ordinal);
        var shared = Doubling() with { MostThreads = 3 };
        Assert.Equal(
            "--jobs: is 4, a GPU does at most 3 of these at a time; use 1 to 3", Assert.Throws<PrunusInputException>(() => new JobPool(shared, [], OnGpu(4))).Message);
        new JobPoolOptions { Workers = 4, Devices = ["cuda:0", "cuda:1"] }.Validate(shared);
        new JobPoolOptions { Workers = 4 }.Validate(shared);
        OnGpu(4).Validate(Doubling());
        using var pool = new JobPool(Doubling(), [], new JobPoolOptions { Workers = 2, Command = [_folder["absent"]] });
        Assert.StartsWith(_folder["absent"] + ": ", Assert.Throws<PrunusRunException>(() => pool.Run("work", [Job("a", 1)], cancellation: TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private JobPoolOptions OnGpu(int workers) => new() { Workers = workers, Devices = ["cuda:0"], Command = [_folder["absent"]] };

    private Job Job(string id, int value) => new(id, new JsonObject { ["value"] = value }, _folder[id + ".json"], Units: 10);

    // A worker in shell: the protocol is lines, whoever speaks it.
    private JobPoolOptions Processes(int workers)
    {
        File.WriteAllText(_folder["worker.sh"], """
            read setup
            while read job; do
              path=$(printf '%s' "$job" | sed 's/.*"result":"\([^"]*\)".*/\1/')
              case "$job" in
                *'"crash"'*) echo "out of luck" >&2; exit 7 ;;
                *hang*) cat > /dev/null; touch "$path.stopped"; exit 0 ;;
              esac
              echo noise of a library
              echo '{"progress":0.5}'
              printf '{"pid":%s}' $$ > "$path"
              echo '{"ended":true,"failure":null}'
            done
            """);
        return new JobPoolOptions { Workers = workers, Command = ["sh", _folder["worker.sh"]] };
    }

    private sealed class Doubler : IJobWorker
    {
        private readonly int _factor;
        private readonly List<string>? _log;

        public Doubler(JsonObject setup, string device, List<string>? log)
        {
            (_factor, _log) = ((int)setup["factor"]!, log);
            Log($"made on {device}");
        }

        public JsonObject Run(JsonObject spec, Action<double> progress, CancellationToken cancellation)
        {
            var value = (int)spec["value"]!;
            Log($"{value}");
            progress(0.5);
            if (value == 0)
            {
                cancellation.WaitHandle.WaitOne();
            }

            cancellation.ThrowIfCancellationRequested();
            return value switch
            {
                -1 => throw new PrunusInputException("job bad", "is negative", "give a number above 0"),
                -3 => throw new Prunus.Native.LibtorchException("CUDA out of memory. Tried to allocate 2 GiB", new InvalidOperationException()),
                -2 => throw new InvalidOperationException("two below"),
                _ => new JsonObject { ["value"] = _factor * value },
            };
        }

        public void Dispose() => Log("gone");

        private void Log(string line)
        {
            lock (_log ?? [])
            {
                _log?.Add(line);
            }
        }
    }
}
