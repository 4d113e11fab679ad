using System.Diagnostics;

namespace AsyncStack.Publishing.Tests.Support;

/// <summary>Runs programs to their end.</summary>
internal static class Programs
{
    public static async Task<Outcome> RunAsync(string program, string[] arguments, string? input = null, string? folder = null)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder ?? Path.GetTempPath(),
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        if (input is not null)
            await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new Outcome(process.ExitCode, await output, await error);
    }
}

internal sealed record Outcome(int ExitCode, string Output, string Error)
{
    /// <summary>What it wrote; fails the test unless it succeeded.</summary>
    public string Succeeded()
    {
        Assert.True(ExitCode == 0, $"ended with {ExitCode}:\n{Error}\n{Output}");
        return Output;
    }
}
