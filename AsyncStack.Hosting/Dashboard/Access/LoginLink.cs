using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;

namespace AsyncStack.Hosting.Dashboard.Access;

/// <summary>The address that logs a browser in, once; a used one is followed by another.</summary>
internal sealed class LoginLink
{
    private readonly Lock _gate = new();
    private string? _address;
    private string _token = NewToken();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The link that is good now; null while the dashboard does not listen.</summary>
    public string? Current
    {
        get
        {
            lock (_gate)
                return _address is null ? null : $"{_address}/login?t={_token}";
        }
    }

    /// <summary>The dashboard listens.</summary>
    public void Open(string address)
    {
        lock (_gate)
            _address = address;
        Change();
    }

    /// <summary>True once for a link: of two at the same time one is late.</summary>
    public bool Redeem(string token)
    {
        lock (_gate)
        {
            if (!CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(token), Encoding.UTF8.GetBytes(_token)))
                return false;
            _token = NewToken();
        }

        Change();
        return true;
    }

    /// <summary>The link that is good now, then each that follows it.</summary>
    public async IAsyncEnumerable<string> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (true)
        {
            // First the promise of a change, then the link: the other way round a change between would be missed.
            var changed = Changed();
            if (Current is { } link)
                yield return link;
            await changed.WaitAsync(cancellationToken);
        }
    }

    private static string NewToken() => RandomNumberGenerator.GetHexString(32, lowercase: true);

    private Task Changed()
    {
        lock (_gate)
            return _changed.Task;
    }

    private void Change()
    {
        TaskCompletionSource changed;
        lock (_gate)
            (changed, _changed) = (_changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        changed.SetResult();
    }
}
