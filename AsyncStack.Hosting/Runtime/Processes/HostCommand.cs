using System.Diagnostics;

namespace AsyncStack.Hosting.Runtime.Processes;

/// <summary>Runs a short command to its end.</summary>
internal static class HostCommand
{
    /// <summary>Runs the command with the given standard input and returns what it wrote.</summary>
    /// <param name="account">Account to run as when this process is root; null keeps the present one.</param>
    /// <param name="program">Absolute path of the program.</param>
    /// <param name="arguments">Passed as they are; no secrets.</param>
    /// <param name="workingDirectory">Folder to run in; null is the root folder.</param>
    /// <param name="input">Text for its standard input.</param>
    /// <param name="cancellationToken">Kills the command.</param>
    /// <returns>Exit code, standard output and standard error.</returns>
    public static async Task<CommandResult> RunAsync(
        Account? account,
        string program,
        IEnumerable<string> arguments,
        string? workingDirectory = null,
        string input = "",
        CancellationToken cancellationToken = default)
    {
        string[] drop = account is null
            ? []
            : ["setpriv", $"--reuid={account.UserId}", $"--regid={account.GroupId}", "--init-groups"];
        string[] line = [.. drop, program, .. arguments];
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo(line[0], line[1..])
            {
                UseShellExecute = false,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                WorkingDirectory = workingDirectory ?? "/",
            },
        };
        process.StartInfo.Environment["PATH"] = Programs.SearchPath;
        process.Start();
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var error = process.StandardError.ReadToEndAsync(cancellationToken);
            await process.StandardInput.WriteAsync(input.AsMemory(), cancellationToken);
            process.StandardInput.Close();
            await process.WaitForExitAsync(cancellationToken);
            return new CommandResult(process.ExitCode, await output, await error);
        }
        catch
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }
}

/// <summary>What a command left behind.</summary>
internal sealed record CommandResult(int ExitCode, string Output, string Error)
{
    /// <exception cref="InvalidOperationException">The command failed; the message ends with what it wrote.</exception>
    public CommandResult EnsureSuccess(string what) =>
        ExitCode == 0
            ? this
            : throw new InvalidOperationException($"{what} failed with exit code {ExitCode}: {(Error + Output).Trim()}");
}
