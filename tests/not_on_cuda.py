"""The tests that `--device cuda` skips, each with the reason: by the beginning of their names."""

NOT_ON_CUDA = {
    "on the GPU the program does not wait to look at the values": [
        "test_functional_images.py::test_averages_without_an_infinite_number_do_not_see_it",
        "test_attributes.py::test_what_is_refused_in_the_words_of_pytorch[<lambda>-IndexError-out",
        "test_data.py::test_indices_beyond_the_end_are_an_error",
        "test_embedding.py::test_what_makes_no_sense_is_refused[Index 1 of input takes value 7",
        "test_embedding.py::test_what_makes_no_sense_is_refused[embedding_bag Expected idx 0",
        "test_embedding.py::test_what_makes_no_sense_is_refused[index out of range in self",
        "test_embedding.py::test_what_makes_no_sense_is_refused[offsets 0 has to be 0",
        "test_embedding.py::test_what_makes_no_sense_is_refused[offsets 1 can not be greater",
        "test_loss_layers.py::test_what_makes_no_sense_is_refused[argument 2 target is out",
        "test_losses.py::test_what_makes_no_sense_is_refused[Target 1 is out of bounds",
        "test_losses.py::test_what_makes_no_sense_is_refused[Target 5 is out of bounds",
        "test_losses.py::test_what_makes_no_sense_is_refused[all elements of ",
        "test_reference.py::test_what_was_recorded_of_pytorch[gather]",
        "test_reference.py::test_what_was_recorded_of_pytorch[scatter]",
        "test_reference.py::test_what_was_recorded_of_pytorch[scatter_add]",
        "test_reductions.py::test_a_sorter_that_names_what_is_not_there_is_refused",
        "test_shape_and_index.py::test_a_number_has_one_element_to_select",
        "test_shape_and_index.py::test_an_index_of_put_that_is_out_of_range_is_refused",
    ],
    "CuPy takes indices out of bounds, and says other things of shapes that do not go together": [
        "test_shape_and_index.py::test_random_keys_do_what_they_do_in_torch[3]",
        "test_shape_and_index.py::test_refused_indices_raise_with_this_text[<lambda>-index ",
        "test_shape_and_index.py::test_refused_indices_that_are_index_errors",
        "test_shape_and_index.py::test_refused_keys_raise_with_this_text[18446744073709551616-",
        "test_shape_and_index.py::test_refused_keys_raise_with_this_text[key3-IndexError-index 5",
        "test_shape_and_index.py::test_refused_keys_raise_with_this_text[key5-IndexError-could not",
    ],
    "the text names the types of the CPU": [
        "test_meta.py::test_reading_values_that_are_not_there_is_refused[<lambda>-RuntimeError-at",
        'test_op.py::test_wrong_arguments_are_refused_by_name[<lambda>-NotImplementedError-"bitwise',
        "test_attributes.py::test_the_typed_storage_holds_all_elements_and_is_deprecated",
        "test_attributes.py::test_this_comes_out[str(torch.ones(1).bool().untyped_storage())",
        "test_attributes.py::test_this_comes_out[torch.typename(torch.ones(1).long())",
        "test_shape_and_index.py::test_refused_values_raise_with_this_text[0-",
        "test_convert.py::test_the_result_prints_so[torch.ones(2).int().type()]",
        "test_convert.py::test_the_result_prints_so[torch.ones(2).type()]",
        "test_creation.py::test_the_tensor_prints_so[torch.get_default_device()]",
        "test_embedding.py::test_what_makes_no_sense_is_refused[Expected tensor for argument 1",
        "test_embedding.py::test_what_makes_no_sense_is_refused[Half BFloat16 Float Double but",
        "test_embedding.py::test_what_makes_no_sense_is_refused[Long Int but got torch Float",
        "test_module.py::test_containers_print_as_those_of_torch",
        "test_module.py::test_torch_refuses_with_the_same_words",
        "test_module.py::test_what_makes_no_sense_is_refused[cannot assign 'torch.FloatTensor'",
        "test_recurrent.py::test_what_does_not_fit_is_refused['lengths' argument should be a 1D",
    ],
    "apply_ and map_ take tensors on the CPU alone": [
        "test_inplace.py::test_a_python_function_is_applied_to_each_element",
        "test_inplace.py::test_elements_are_mapped_with_what_broadcasts",
        "test_writes.py::test_functions_of_python_write_to_expanded_tensors_element_by_element",
    ],
    "CuPy lets programs write to arrays that repeat an element": [
        "test_inplace.py::test_refused_writes_raise_with_this_text_and_change_nothing[<lambda>-"
        "refers to a single memory location",
        "test_shape_and_index.py::test_strides_that_reach_out_of_a_view_leave_no_gradient_there",
        "test_writes.py::test_a_write_through_an_expanded_tensor_is_refused",
        "test_writes.py::test_parts_of_an_expanded_tensor_that_do_not_overlap_are_written",
        "test_shape_and_index.py::test_windows_that_overlap_are_a_view_that_cannot_be_written_to",
    ],
    "the test says what a tensor on the CPU answers": [
        "test_attributes.py::test_this_comes_out[torch.get_device(torch.ones(2))",
        "test_attributes.py::test_this_comes_out[torch.ones(2).is_shared()",
        "test_attributes.py::test_this_comes_out[torch.ones(2).untyped_storage().device",
        "test_legacy.py::test_a_legacy_type_makes_tensors_and_knows_them",
        "test_legacy.py::test_type_takes_legacy_types_their_names_and_dtypes[LongTensor",
        "test_legacy.py::test_type_takes_legacy_types_their_names_and_dtypes[torch.LongTensor",
        "test_optim_rules.py::test_what_cannot_be_is_refused[<lambda>-AssertionError-If capturable",
        "test_recurrent.py::test_a_packed_sequence_is_converted_whole",
        "test_shape_and_index.py::test_what_a_tensor_says_of_its_shape",
        "test_storage.py::test_the_old_names_know_the_storages_of_their_dtype",
    ],
    "the state is that of the CPU's generator": [
        "test_random.py::test_a_state_brings_back_what_followed_it",
    ],
    "NumPy arrays and tensors share memory on the CPU alone": [
        "test_convert.py::test_a_tensor_that_requires_grad_leaves_only_when_told",
        "test_convert.py::test_conversion_returns_its_input_where_nothing_changes",
        "test_convert.py::test_from_dlpack_copies_when_told",
        "test_convert.py::test_on_the_cpu_there_are_no_streams",
        "test_convert.py::test_numpy_shares_memory",
        "test_convert.py::test_operators_between_arrays_and_tensors_give_tensors",
        "test_convert.py::test_the_result_prints_so[np.from_dlpack",
        "test_convert.py::test_the_result_prints_so[np.ones(2) == torch.ones(2)]",
        "test_dtypes.py::test_a_numpy_array_takes_part_with_its_own_dtype",
        "test_creation.py::test_tensor_copies_and_from_numpy_shares",
        "test_op.py::test_numbers_and_arrays_stand_for_tensors",
        "test_writes.py::test_read_only_memory_of_numpy_stays_unwritten",
        "test_optim.py::test_an_array_of_a_parameter_sees_its_updates",
    ],
    "float16 is refused on the CPU alone, as in PyTorch": [
        "test_refused_dtypes.py::test_a_dtype_without_a_kernel_is_refused[avg_pool3d_out_frame]",
        "test_refused_dtypes.py::test_a_dtype_without_a_kernel_is_refused[multi_margin_loss_cpu",
        "test_refused_dtypes.py::test_a_dtype_without_a_kernel_is_refused[rrelu_with_noise_out",
    ],
    "memory is shared between processes on the CPU alone": [
        "test_multiprocessing.py::test_a_spawned_process_shares_the_parameters_of_a_module",
        "test_multiprocessing.py::test_the_values_and_the_kind_of_a_shared_tensor_stay",
        "test_multiprocessing.py::test_what_processes_write_to_shared_memory_is_seen",
    ],
    "CuPy takes bools for the bytes that they are": [
        "test_shape_and_index.py::test_any_byte_but_0_read_as_a_bool_is_true",
    ],
    "CuPy has no function for it": ["test_special.py::test_edges_have_their_limits[airy_ai-"],
    "here tests read and print tensors from the CPU, where those on device meta can't go": [
        "test_meta.py::test_it_prints_without_values",
        "test_meta.py::test_reading_values_that_are_not_there_is_refused[<lambda>-TypeError-can't",
    ],
    "the refusal is of tensors on the CPU": [
        "test_higher_order_ops.py::test_a_scan_refuses[args4-kwargs4-ValueError-all input tensors",
    ],
    "models are exported from the CPU": ["test_onnx.py::"],
    "the table of the ops and the stubs are written on the CPU": [
        "test_ops_table.py::test_the_table_is_current",
        "test_stubs.py::test_the_stubs_are_current",
    ],
    "the example brings its points to the CPU, where its own device is told by --device": [
        "test_examples.py::test_an_example_that_is_interrupted_and_resumed_ends_as_if_it_was_not"
        "[example_gan",
        "test_examples.py::test_gan_comes_nearer_to_the_heaps",
        "test_examples.py::test_gan_counts_heaps_that_got_their_share",
    ],
    "the profiler counts the memory of the CPU": [
        "test_profiler.py::test_memory_that_stays_is_counted_and_that_which_goes_is_not",
    ],
    "the rig writes every launch down": [
        "test_training.py::test_resident_memory_is_flat_over_thousands_of_steps",
    ],
    "what goes to a GPU lies in the memory of the host once more on its way": [
        "test_hostile_files.py::test_files_take_at_most_three_times_their_size",
        "test_serialization.py::test_the_memory_that_tensors_share_goes_with_the_last_of_them",
    ],
    "CuPy lays results out in the order of C": [
        "test_gradcheck.py::test_scattered_gradients_are_tried_on_request",
        "test_activation_layers.py::test_dropout_keeps_the_order_of_the_axes_in_memory",
    ],
}


NO_FUNCTION = ["airy_ai"]  # of CuPy


def reason(node_id):
    """Why a test is skipped; None if it is not."""
    name = node_id.removeprefix("tests/")
    for why, beginnings in NOT_ON_CUDA.items():
        if name.startswith(tuple(beginnings)):
            return why
    if name.startswith("test_ops.py") and any(f"{each}(" in name for each in NO_FUNCTION):
        return "CuPy has no function for it"
    return None
