using System.Runtime.InteropServices;
using TorchSharp;

namespace Prunus.Native;

/// <summary>The one TorchScript program behind <see cref="Ops"/>: operators of libtorch that TorchSharp has no method for.</summary>
internal static class OpsScript
{
    // dtype=4 is int64, 6 float32, memory_format=2 has the channels last. A compile error of TorchScript ends the process, so this text is fixed and compiled by the tests.
    private const string Source = """
        def rms_norm(x, weight, n: int, eps: float):
            return torch.rms_norm(x, [n], weight, eps)

        def layer_norm(x, weight, bias, n: int, eps: float):
            return torch.layer_norm(x, [n], weight, bias, eps)

        def attention(q, k, v, causal: bool, scale: float, gqa: bool):
            return torch.scaled_dot_product_attention(q, k, v, None, 0.0, causal, scale=scale, enable_gqa=gqa)

        def masked_attention(q, k, v, mask, scale: float, gqa: bool):
            return torch.scaled_dot_product_attention(q, k, v, mask, 0.0, False, scale=scale, enable_gqa=gqa)

        def gelu_tanh(x):
            return torch.gelu(x, approximate="tanh")

        def softplus(x):
            return torch.softplus(x)

        def channels_last(x):
            return x.contiguous(memory_format=2)

        def embedding(weight, ids):
            return torch.embedding(weight, ids)

        def adamw(params: List[Tensor], grads: List[Tensor], exp_avgs: List[Tensor], exp_avg_sqs: List[Tensor], steps: List[Tensor], lr: float, beta1: float, beta2: float, weight_decay: float, eps: float):
            torch._foreach_add_(steps, 1)
            torch._fused_adamw_(params, grads, exp_avgs, exp_avg_sqs, [], steps, lr=lr, beta1=beta1, beta2=beta2, weight_decay=weight_decay, eps=eps, amsgrad=False, maximize=False, grad_scale=None, found_inf=None)
            return 0

        def masked_adam(params: List[Tensor], grads: List[Tensor], exp_avgs: List[Tensor], exp_avg_sqs: List[Tensor], steps: List[Tensor], step: Tensor, masked: List[Tensor], masks: List[Tensor], lr: float, beta1: float, beta2: float, weight_decay: float, eps: float):
            step.add_(1)
            if len(masked) > 0:
                torch._foreach_mul_(masked, masks)
            torch._fused_adam_(params, grads, exp_avgs, exp_avg_sqs, [], steps, lr=lr, beta1=beta1, beta2=beta2, weight_decay=weight_decay, eps=eps, amsgrad=False, maximize=False, grad_scale=None, found_inf=None)
            return 0

        def masked_sgd(params: List[Tensor], grads: List[Tensor], buffers: List[Tensor], masked: List[Tensor], masks: List[Tensor], lr: float, momentum: float, weight_decay: float, nesterov: bool):
            if len(masked) > 0:
                torch._foreach_mul_(masked, masks)
            torch._fused_sgd_(params, grads, buffers, weight_decay=weight_decay, momentum=momentum, lr=lr, dampening=0.0, nesterov=nesterov, maximize=False, is_first_step=False, grad_scale=None, found_inf=None)
            return 0

        def masked_adam_rate(params: List[Tensor], grads: List[Tensor], exp_avgs: List[Tensor], exp_avg_sqs: List[Tensor], steps: List[Tensor], step: Tensor, masked: List[Tensor], masks: List[Tensor], lr: Tensor, beta1: float, beta2: float, weight_decay: float, eps: float):
            step.add_(1)
            if len(masked) > 0:
                torch._foreach_mul_(masked, masks)
            torch._fused_adam_(params, grads, exp_avgs, exp_avg_sqs, [], steps, lr=lr, beta1=beta1, beta2=beta2, weight_decay=weight_decay, eps=eps, amsgrad=False, maximize=False, grad_scale=None, found_inf=None)
            return 0

        def masked_sgd_rate(params: List[Tensor], grads: List[Tensor], buffers: List[Tensor], masked: List[Tensor], masks: List[Tensor], lr: Tensor, momentum: float, weight_decay: float, nesterov: bool):
            if len(masked) > 0:
                torch._foreach_mul_(masked, masks)
            torch._fused_sgd_(params, grads, buffers, weight_decay=weight_decay, momentum=momentum, lr=lr, dampening=0.0, nesterov=nesterov, maximize=False, is_first_step=False, grad_scale=None, found_inf=None)
            return 0

        def multiply(tensors: List[Tensor], factors: List[Tensor]):
            torch._foreach_mul_(tensors, factors)
            return 0

        def multiply_signed(tensors: List[Tensor], factors: List[Tensor]):
            torch._foreach_mul_(tensors, torch._foreach_sign(factors))
            return 0

        def keep_highest(scores, dropped: int):
            order = torch.sort(scores, stable=True, dim=1, descending=False)[1]
            return torch.zeros_like(scores).scatter_(1, order.narrow(1, dropped, scores.size(1) - dropped), 1.0)

        def product(a, b, result):
            torch.bmm(a, b, out=result)
            return 0

        def norm(tensors: List[Tensor]):
            return torch.linalg_vector_norm(torch.stack(torch._foreach_norm(tensors, 2.0)))

        def norm_float32(tensors: List[Tensor]):
            return torch.linalg_vector_norm(torch.stack(torch._foreach_norm(tensors, 2.0, dtype=6)))

        def scale(tensors: List[Tensor], factor: Tensor):
            torch._foreach_mul_(tensors, factor)
            return 0

        def copy(destination: List[Tensor], source: List[Tensor]):
            torch._foreach_copy_(destination, source)
            return 0

        def zero(tensors: List[Tensor]):
            torch._foreach_zero_(tensors)
            return 0

        def uniform_words(noise, key: int):
            z = torch.arange(1, noise.numel() + 1, dtype=4, device=noise.device)
            z.mul_(-7046029254386353131).add_(key)
            z.bitwise_xor_((z >> 30).bitwise_and_(17179869183)).mul_(-4658895280553007687)
            z.bitwise_xor_((z >> 27).bitwise_and_(137438953471)).mul_(-7723592293110705685)
            noise.copy_((z >> 40).bitwise_and_(16777215).view_as(noise)).mul_(5.960464477539063e-08)
            return 0

        def gradients(outputs: List[Tensor], inputs: List[Tensor], upstream: List[Tensor], create_graph: bool):
            given: List[Optional[Tensor]] = []
            for u in upstream:
                given.append(u)
            if len(upstream) == 0:
                found = torch.autograd.grad(outputs, inputs, None, create_graph, create_graph, False)
            else:
                found = torch.autograd.grad(outputs, inputs, given, create_graph, create_graph, False)
            result: List[Tensor] = []
            for f in found:
                assert f is not None
                result.append(f)
            return result

        """;

    private const string Error = "RuntimeError: ";

    private static readonly Lazy<torch.jit.CompilationUnit> Unit = new(() =>
    {
        Libtorch.Load();
        ScriptExecutor.Simplify();
        return torch.jit.compile(Source);
    });

    public static torch.Tensor Tensor(string function, params object[] arguments) => (torch.Tensor)Invoke(function, arguments);

    public static torch.Tensor[] Tensors(string function, params object[] arguments) => (torch.Tensor[])Invoke(function, arguments);

    public static void Run(string function, params object[] arguments) => Invoke(function, arguments);

    // TorchSharp turns a number into a Scalar that nothing refers to any more while native code reads it: the collector may have freed
    // it by then. So scalars are made here, and everything stays alive until the call is over.
    private static object Invoke(string function, object[] arguments)
    {
        for (var i = 0; i < arguments.Length; i++)
        {
            arguments[i] = arguments[i] switch
            {
                double value => (Scalar)value,
                long value => (Scalar)value,
                var other => other,
            };
        }

        try
        {
            return Unit.Value.invoke(function, arguments);
        }
        catch (ExternalException e) when (Cause(e.Message) is { } cause)
        {
            throw new LibtorchException(cause, e);
        }
        finally
        {
            foreach (var argument in arguments)
            {
                (argument as Scalar)?.Dispose();
            }

            GC.KeepAlive(arguments);
        }
    }

    // Behind where in the program it was, which is all that TorchScript's first lines say.
    private static string? Cause(string message) => message.LastIndexOf(Error, StringComparison.Ordinal) is >= 0 and var at ? message[(at + Error.Length)..].Trim() : null;
}
