using Prunus.Cli;

namespace Prunus.Tests.Cli;

public class FailureTests
{
    public static TheoryData<Exception, int, string> Cases => new()
    {
        { new PrunusInputException("plan.json", "is for another donor", "make a new plan"), 2, "plan.json: is for another donor; make a new plan" },
        { new PrunusRunException("distill", "the loss is NaN at step 7", "lower --learning-rate"), 1, "distill: the loss is NaN at step 7; lower --learning-rate" },
        { new OperationCanceledException(), 130, "cancelled: stopped at your request; repeat the command" },
        { new AggregateException(new OperationCanceledException()), 130, "cancelled: stopped at your request; repeat the command" },
        { new IOException("No space left on device : '/x.tmp-12'", 28), 1, "/x: no space is left on its disk; free some and repeat the command" },
        { new IOException("No space left on device", 28), 1, "disk: no space is left on its disk; free some and repeat the command" },
        { new IOException("Read-only file system : '/a b/x'", 30), 2, "/a b/x: lies on a read-only file system; choose another path" },
        { new UnauthorizedAccessException("Access to the path '/x' is denied."), 2, "file: Access to the path '/x' is denied; check the permissions or choose another path" },
        { new InsufficientMemoryException(), 1, "memory: there is not enough of it; use a smaller batch, a shorter window or a smaller model" },
        { new InvalidOperationException("one\ntwo"), 1, "unexpected failure: InvalidOperationException: one; repeat with --verbose and report what it prints" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Exception_BecomesCodeAndOneLine(Exception exception, int code, string line) =>
        Assert.Equal(new Failure(code, line), Failure.Of(exception, "repeat the command"));
}
