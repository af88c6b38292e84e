using TorchSharp;

namespace Prunus.Native;

/// <content>
/// Operators that take a number. TorchSharp turns it into an object that nothing refers to any more while native code reads it, and a collection at that moment
/// frees it; here it is held to the end of the call.
/// </content>
public static partial class Ops
{
    /// <summary>x + value.</summary>
    public static torch.Tensor Add(torch.Tensor x, double value) => With(value, x.add);

    /// <summary>x + y.</summary>
    public static torch.Tensor Add(torch.Tensor x, torch.Tensor y) => With(1.0, number => x.add(y, number));

    /// <summary>x + value in place.</summary>
    public static torch.Tensor AddInPlace(torch.Tensor x, double value) => With(value, x.add_);

    /// <summary>x + value in place, of whole numbers too.</summary>
    public static torch.Tensor AddInPlace(torch.Tensor x, long value) => With(value, x.add_);

    /// <summary>x + factor · y in place.</summary>
    public static torch.Tensor AddInPlace(torch.Tensor x, torch.Tensor y, double factor) => With(factor, number => x.add_(y, number));

    /// <summary>x + y in place.</summary>
    public static torch.Tensor AddInPlace(torch.Tensor x, torch.Tensor y) => With(1L, number => x.add_(y, number));

    /// <summary>x + a · b in place.</summary>
    public static torch.Tensor AddProductInPlace(torch.Tensor x, torch.Tensor a, torch.Tensor b) => With(1.0, number => x.addcmul_(a, b, number));

    /// <summary>x · value.</summary>
    public static torch.Tensor Multiply(torch.Tensor x, double value) => With(value, x.mul);

    /// <summary>x · value in place.</summary>
    public static torch.Tensor MultiplyInPlace(torch.Tensor x, double value) => With(value, x.mul_);

    /// <summary>x / value.</summary>
    public static torch.Tensor Divide(torch.Tensor x, double value) => With(value, number => x.div(number));

    /// <summary>x / value in place.</summary>
    public static torch.Tensor DivideInPlace(torch.Tensor x, double value) => With(value, number => x.div_(number));

    /// <summary>max(x, least).</summary>
    public static torch.Tensor AtLeast(torch.Tensor x, double least) => With(least, number => x.clamp(min: number));

    /// <summary>max(x, least) of whole numbers, which a floating-point bound would turn into floating point.</summary>
    public static torch.Tensor AtLeast(torch.Tensor x, long least) => With(least, number => x.clamp(min: number));

    /// <summary>min(x, most) in place.</summary>
    public static torch.Tensor AtMostInPlace(torch.Tensor x, double most) => With(most, number => x.clamp_(max: number));

    /// <summary>min(max(x, least), most).</summary>
    public static torch.Tensor Within(torch.Tensor x, double least, double most) => With(least, low => With(most, high => x.clamp(low, high)));

    /// <summary>Whether x ≥ value.</summary>
    public static torch.Tensor IsAtLeast(torch.Tensor x, double value) => With(value, x.ge);

    /// <summary>Whether x > value.</summary>
    public static torch.Tensor IsAbove(torch.Tensor x, double value) => With(value, x.gt);

    /// <summary>Every element of x made a value.</summary>
    public static torch.Tensor FillInPlace(torch.Tensor x, double value) => With(value, x.fill_);

    /// <summary>A tensor like x of one value.</summary>
    public static torch.Tensor FullLike(torch.Tensor x, double value) => With(value, number => torch.full_like(x, number));

    /// <summary>A tensor like x of one whole number.</summary>
    public static torch.Tensor FullLike(torch.Tensor x, long value) => With(value, number => torch.full_like(x, number));

    /// <summary>x with a value where a mask is true.</summary>
    public static torch.Tensor Fill(torch.Tensor x, torch.Tensor mask, double value) => With(value, number => x.masked_fill(mask, number));

    /// <summary>A float32 tensor of one value.</summary>
    public static torch.Tensor Full(long[] shape, double value, torch.Device device) =>
        With(value, number => torch.full(shape, number, dtype: torch.ScalarType.Float32, device: device));

    /// <summary>start … stop - 1, int64.</summary>
    public static torch.Tensor Range(long start, long stop, torch.Device device) =>
        With(start, first => With(stop, end => With(1L, step => torch.arange(first, end, step, device: device))));

    private static torch.Tensor With(Scalar number, Func<Scalar, torch.Tensor> call)
    {
        using (number)
        {
            return call(number);
        }
    }
}
