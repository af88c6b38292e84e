using System.Runtime.InteropServices;
using Prunus.Native;
using Prunus.Native.Cuda;
using static TorchSharp.torch;

namespace Prunus.Tests.Native;

public sealed class OpsGradientsTests
{
    [Fact]
    public void Are_those_of_the_outputs()
    {
        Libtorch.Load();
        using var scope = NewDisposeScope();
        var (x, y) = (tensor(new[] { 1f, 2, 3 }).requires_grad_(), tensor(new[] { 4f, 5, 6 }).requires_grad_());
        var found = Ops.Gradients([(x * y).sum(), x.sum()], [x, y]);
        Assert.Equal([5f, 6, 7], found[0].data<float>().ToArray());
        Assert.Equal([1f, 2, 3], found[1].data<float>().ToArray());
        Assert.Equal([8f, 50, 180], Ops.Gradients([x * x * y], [x], [tensor(new[] { 1f, 2.5f, 5 })])[0].data<float>().ToArray());
    }

    // d/dx of the squared gradient of x³: 2 · 3x² · 6x.
    [Fact]
    public void May_be_followed_back_themselves()
    {
        Libtorch.Load();
        using var scope = NewDisposeScope();
        var x = tensor(2.0).requires_grad_();
        var first = Ops.Gradients([x.pow(3)], [x], createGraph: true)[0];
        Assert.Equal(12, first.item<double>());
        Assert.Equal(288, Ops.Gradients([first.pow(2)], [x])[0].item<double>());
    }

    // TorchSharp's autograd.grad ends the process here.
    [Fact]
    public void Failing_passes_back_are_exceptions()
    {
        Libtorch.Load();
        using var scope = NewDisposeScope();
        var (x, other) = (ones(2).requires_grad_(), ones(2).requires_grad_());
        var fault = Assert.ThrowsAny<ExternalException>(() => Ops.Gradients([ones(2).sum()], [x]));
        Assert.StartsWith("element 0 of tensors does not require grad", fault.Message, StringComparison.Ordinal);
        Assert.ThrowsAny<ExternalException>(() => Ops.Gradients([x.sum()], [other]));
        Assert.ThrowsAny<ExternalException>(() => Ops.Gradients([x * x], [x], [ones(3)]));
    }

    [Fact]
    public void Leave_no_tensor() => TensorLeaks.AssertNone(() =>
    {
        using var scope = NewDisposeScope();
        var x = ones(2).requires_grad_();
        Ops.Gradients([(x * 2).sum()], [x]);
    });

    [Fact]
    public async Task Recordings_wait_for_passes_back_and_hold_up_others()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var order = new System.Collections.Concurrent.ConcurrentQueue<string>();
        using ManualResetEventSlim recorded = new(), inside = new();
        var pass = CaptureGate.Pass();
        var recording = Task.Factory.StartNew(Record, cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        Assert.True(SpinWait.SpinUntil(() => CaptureGate.Waiting > 0, TimeSpan.FromSeconds(20)));
        order.Enqueue("first pass done");
        pass.Dispose();
        inside.Wait(cancellation);
        var other = Task.Factory.StartNew(Pass, cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        Thread.Sleep(50);
        order.Enqueue("still recording");
        recorded.Set();
        await Task.WhenAll(recording, other);
        Assert.Equal(["first pass done", "records", "still recording", "second pass"], order);

        void Record()
        {
            using var alone = CaptureGate.Recording();

            // A recorded step goes back too.
            using var within = CaptureGate.Pass();
            order.Enqueue("records");
            inside.Set();
            recorded.Wait(cancellation);
        }

        void Pass()
        {
            using var later = CaptureGate.Pass();
            order.Enqueue("second pass");
        }
    }
}
