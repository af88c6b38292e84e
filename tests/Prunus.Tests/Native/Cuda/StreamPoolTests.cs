using Prunus.Native.Cuda;

namespace Prunus.Tests.Native.Cuda;

public sealed class StreamPoolTests
{
    // Handed out in turn, as libtorch does it.
    [Fact]
    public void EachIsRentedByOne_ThoughTheyComeAgain()
    {
        var next = 0;
        var pool = new StreamPool(() => new CudaStream.Stream { Id = next++ % StreamPool.Most });
        var rented = Enumerable.Range(0, StreamPool.Most).Select(_ => pool.Rent()).ToArray();
        Assert.Equal(StreamPool.Most, rented.Select(s => s.Id).Distinct().Count());
        Assert.Equal("--jobs: trainings at a time want more streams than a GPU has (32); use fewer", Assert.Throws<PrunusInputException>(() => pool.Rent()).Message);
        pool.Return(rented[5]);
        Assert.Equal(5, pool.Rent().Id);
    }

    // Every other stream goes to somebody else, who may come upon ours but we never on one of ours twice.
    [Fact]
    public void OthersMayTakeStreamsToo()
    {
        var next = 0;
        var pool = new StreamPool(() => new CudaStream.Stream { Id = (next += 3) % StreamPool.Most });
        Assert.Equal(StreamPool.Most, Enumerable.Range(0, StreamPool.Most).Select(_ => pool.Rent().Id).Distinct().Count());
    }
}
