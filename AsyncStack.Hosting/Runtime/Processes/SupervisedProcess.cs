using System.Diagnostics;
using System.Globalization;

namespace AsyncStack.Hosting.Runtime.Processes;

/// <summary>A command under its guardian.</summary>
internal sealed class SupervisedProcess : IRunningResource
{
    private static readonly TimeSpan OutputDrain = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan DisposeGrace = TimeSpan.FromSeconds(5);

    private readonly ProcessSpec _spec;
    private readonly Process _guardian;
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _commands = new();
    private int _processId;

    public SupervisedProcess(ProcessSpec spec, Process guardian)
    {
        _spec = spec;
        _guardian = guardian;
        var output = LineReader.ReadAsync(guardian.StandardOutput, OnOutput);
        var errors = LineReader.ReadAsync(guardian.StandardError, line => spec.Log(line, true));
        Exited = WaitAsync(Task.WhenAll(output, errors));
    }

    /// <summary>Completes once the command's process id is known, or the guardian has ended without telling one.</summary>
    public Task Started => _started.Task;

    public int? ProcessId => _processId == 0 ? null : _processId;

    public Task<int> Exited { get; }

    public async Task StopAsync(TimeSpan grace, CancellationToken cancellationToken)
    {
        if (grace > TimeSpan.Zero)
        {
            Send(_spec.StopSignal);
            if (await ExitsWithinAsync(grace, cancellationToken))
            {
                return;
            }
        }

        Send("KILL");
        await Exited.WaitAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(Exited.IsCompleted ? TimeSpan.Zero : DisposeGrace, CancellationToken.None);
        _guardian.Dispose();
    }

    private void OnOutput(string line)
    {
        if (_processId == 0 && int.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out var processId))
        {
            _processId = processId;
            _started.TrySetResult();
            return;
        }

        _spec.Log(line, false);
    }

    private async Task<int> WaitAsync(Task output)
    {
        await _guardian.WaitForExitAsync();
        CloseInput();
        // The output ends with the last process that holds it; one that escaped the guardian must not hold up the exit.
        await Task.WhenAny(output, Task.Delay(OutputDrain));
        _started.TrySetResult();
        return _guardian.ExitCode;
    }

    // Should the guardian itself have been killed, the end of the pipe tells its helper to end what is left.
    private void CloseInput()
    {
        lock (_commands)
        {
            try
            {
                _guardian.StandardInput.Dispose();
            }
            catch (IOException)
            {
                // What was still to be written has no reader any more.
            }
        }
    }

    private async Task<bool> ExitsWithinAsync(TimeSpan grace, CancellationToken cancellationToken)
    {
        try
        {
            await Exited.WaitAsync(grace, cancellationToken);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private void Send(string signal)
    {
        lock (_commands)
        {
            if (Exited.IsCompleted)
            {
                return;
            }

            try
            {
                _guardian.StandardInput.WriteLine(signal);
                _guardian.StandardInput.Flush();
            }
            catch (Exception exception) when (exception is IOException or ObjectDisposedException)
            {
                // It has just ended, which is what was asked for.
            }
        }
    }
}
