using System.Reflection;
using AsyncStack.Core.Storage;

namespace AsyncStack.Worker.Tests.Datasets.Anomalies;

/// <summary>A storage that does something once an object is opened, or before one is put.</summary>
public class StoppingStorage : DispatchProxy
{
    private IObjectStorage _storage = null!;
    private Action? _opened;
    private Action? _beforePut;

    public static IObjectStorage Around(IObjectStorage storage, Action? opened = null, Action? beforePut = null)
    {
        var proxy = Create<IObjectStorage, StoppingStorage>();
        var stopping = (StoppingStorage)proxy;
        (stopping._storage, stopping._opened, stopping._beforePut) = (storage, opened, beforePut);
        return proxy;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        if (targetMethod!.Name == nameof(IObjectStorage.PutAsync))
        {
            _beforePut?.Invoke();
        }

        var answer = targetMethod.Invoke(_storage, BindingFlags.DoNotWrapExceptions, binder: null, args, culture: null);
        if (targetMethod.Name == nameof(IObjectStorage.OpenAsync))
        {
            _opened?.Invoke();
        }

        return answer;
    }
}
