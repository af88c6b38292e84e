using TorchSharp;

namespace Prunus.Native;

/// <content>
/// Operators that take a number. TorchSharp turns it into an object that nothing refers to any more while native code reads it, and a collection at that moment
/// frees it; here it is held to the end of the call. TorchSharp also makes numbers by itself, the factor 1 of a + b or the exponent of a square: so these are here
/// too. A test holds that no other code uses such members.
/// </content>
public static partial class Ops
{
    // Whole numbers: they leave the type of a tensor of whole numbers as it is.
    private static readonly Scalar One = 1L, Two = 2L;

    /// <summary>x + value.</summary>
    public static torch.Tensor Add(torch.Tensor x, double value) => With(value, number => x.add(number, One));

    /// <summary>x + y.</summary>
    public static torch.Tensor Add(torch.Tensor x, torch.Tensor y) => x.add(y, One);

    /// <summary>x + value in place.</summary>
    public static torch.Tensor AddInPlace(torch.Tensor x, double value) => With(value, number => x.add_(number, One));

    /// <summary>x + value in place, of whole numbers too.</summary>
    public static torch.Tensor AddInPlace(torch.Tensor x, long value) => With(value, number => x.add_(number, One));

    /// <summary>x + factor · y in place.</summary>
    public static torch.Tensor AddInPlace(torch.Tensor x, torch.Tensor y, double factor) => With(factor, number => x.add_(y, number));

    /// <summary>x + y in place.</summary>
    public static torch.Tensor AddInPlace(torch.Tensor x, torch.Tensor y) => x.add_(y, One);

    /// <summary>x + a · b in place.</summary>
    public static torch.Tensor AddProductInPlace(torch.Tensor x, torch.Tensor a, torch.Tensor b) => x.addcmul_(a, b, One);

    /// <summary>x · value.</summary>
    public static torch.Tensor Multiply(torch.Tensor x, double value) => With(value, x.mul);

    /// <summary>x · value in place.</summary>
    public static torch.Tensor MultiplyInPlace(torch.Tensor x, double value) => With(value, x.mul_);

    /// <summary>x².</summary>
    public static torch.Tensor Square(torch.Tensor x) => x.pow(Two);

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

    /// <summary>log(1 + exp(x)), x itself above 20.</summary>
    public static torch.Tensor Softplus(torch.Tensor x) => OpsScript.Tensor("softplus", x);

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
        With(start, first => With(stop, end => torch.arange(first, end, One, device: device)));

    /// <summary>
    /// Fills a tensor with uniform numbers in [0, 1), multiples of 2⁻²⁴, the same on every device: element i, row-major, has the upper bits of the (i + 1)-th word of
    /// SplitMix64 (Steele, Lea and Flood 2014, Fast Splittable Pseudorandom Number Generators).
    /// </summary>
    /// <param name="noise">Of a floating type.</param>
    /// <param name="key">The generator's first state.</param>
    public static void FillUniform(torch.Tensor noise, ulong key)
    {
        if (noise.device_type == DeviceType.CPU && noise.dtype == torch.ScalarType.Float32 && noise.is_contiguous())
        {
            UniformWords.Fill(TensorMemory.Span<float>(noise), key);
        }
        else
        {
            OpsScript.Run("uniform_words", noise, unchecked((long)key));
        }
    }

    private static torch.Tensor With(Scalar number, Func<Scalar, torch.Tensor> call)
    {
        using (number)
        {
            return call(number);
        }
    }
}
